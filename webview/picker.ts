/** Which runs are shown: a list of all runs of the workspace, by experiment. */
import { button, h, icon, redraw } from './dom';
import type { RunEntry } from './messages';
import type { Room, View } from './room';
import { nameOf, stateIcons } from './words';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';

export class Picker implements View {
  readonly element: HTMLElement;
  private readonly opener: HTMLButtonElement;
  private readonly list = h('div', { class: 'picker-list', id: 'picker', role: 'group', 'aria-label': 'Runs to show' });

  constructor(private readonly room: Room) {
    this.opener = button('Runs', () => this.open(this.list.hidden), {
      ...{ class: 'opener', 'aria-expanded': 'false', 'aria-controls': 'picker' },
    });
    this.list.hidden = true;
    this.element = h('div', { class: 'picker' }, this.opener, this.list);
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.list.hidden) return;
      this.open(false);
      this.opener.focus();
    });
    document.addEventListener('click', (event) => {
      if (!event.composedPath().includes(this.element)) this.open(false);
    });
  }

  update(): void {
    const { entries, shown } = this.room.page;
    redraw(this.opener, [shown.length, entries.length], () => [
      icon('checklist'),
      `${shown.length} of ${entries.length} runs`,
      icon('chevron-down'),
    ]);
    const groups = groupsOf(entries);
    const state = [groups.map(({ out, runs }) => [out, runs.map(({ path, state }) => [path, state])])];
    redraw(this.list, state, () => groups.flatMap((group) => this.group(group)));
    for (const box of this.list.querySelectorAll<HTMLInputElement>('vscode-checkbox'))
      box.checked = shown.includes(box.dataset.path!);
  }

  private open(isOpen: boolean): void {
    this.list.hidden = !isOpen;
    this.opener.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) this.list.querySelector<HTMLElement>('button, vscode-checkbox')?.focus();
  }

  private group({ name, runs }: Group): HTMLElement[] {
    const paths = runs.map(({ path }) => path);
    const { page } = this.room;
    const others = () => page.shown.filter((path) => !paths.includes(path));
    return [
      h(
        'div',
        { class: 'picker-head' },
        h('strong', {}, name),
        button('All', () => this.show([...others(), ...paths]), { 'aria-label': `Show all runs of ${name}` }),
        button('None', () => this.show(others()), { 'aria-label': `Show no run of ${name}` }),
        button('Only', () => this.show(paths), { 'aria-label': `Show only the runs of ${name}` }),
      ),
      ...runs.map((run) => this.entry(run)),
    ];
  }

  private entry(run: RunEntry): HTMLElement {
    const box = document.createElement('vscode-checkbox') as unknown as HTMLInputElement;
    box.setAttribute('label', nameOf(run));
    box.dataset.path = run.path;
    box.addEventListener('change', () => {
      const { shown } = this.room.page;
      this.show(box.checked ? [...shown, run.path] : shown.filter((path) => path !== run.path));
    });
    const state = h('span', { class: `state ${run.state}`, title: run.state }, icon(stateIcons[run.state]));
    return h('div', { class: 'picker-entry' }, box, state);
  }

  /** In the order of the list. */
  private show(paths: readonly string[]): void {
    const wanted = new Set(paths);
    const inOrder = this.room.page.entries.map(({ path }) => path).filter((path) => wanted.has(path));
    this.room.post({ type: 'show', paths: inOrder });
  }
}

interface Group {
  out: string;
  name: string;
  runs: RunEntry[];
}

function groupsOf(entries: readonly RunEntry[]): Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const { out, experiment } = entry;
    const folder = out.split(/[\\/]/).at(-1)!;
    const name = folder === experiment ? experiment : `${experiment} (${folder})`;
    const group = groups.get(out) ?? { out, name, runs: [] };
    group.runs.push(entry);
    groups.set(out, group);
  }
  return [...groups.values()];
}
