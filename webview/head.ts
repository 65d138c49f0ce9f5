/** The page's head: what is shown, the tabs, and the switches that concern all charts. */
import { Choice } from './choice';
import { h, write } from './dom';
import type { Look } from './messages';
import { Picker } from './picker';
import type { Room, View } from './room';
import { runsOf } from './store';

export class Head implements View {
  readonly element: HTMLElement;
  private readonly title = h('h1');
  private readonly summary = h('p', { class: 'summary' });
  private readonly picker: Picker;
  private readonly lines: Choice<Look['lines']>;
  private readonly split: Choice<Look['split']>;

  constructor(
    private readonly room: Room,
    tabs: HTMLElement,
  ) {
    this.picker = new Picker(room);
    this.lines = new Choice(
      'radiogroup',
      'A line for each',
      [
        { value: 'recipes', label: 'Recipes' },
        { value: 'runs', label: 'Runs' },
      ],
      (lines) => room.arrange({ lines, hidden: [] }),
    );
    this.split = new Choice(
      'radiogroup',
      'Questions',
      [
        { value: 'test', label: 'Test' },
        { value: 'train', label: 'Train' },
      ],
      (split) => room.arrange({ split }),
    );
    const names = h('div', { class: 'names' }, this.title, this.summary);
    const switches = h(
      'div',
      { class: 'switches' },
      h('span', { class: 'labelled' }, 'Lines', this.lines.element),
      h('span', { class: 'labelled' }, 'Questions', this.split.element),
    );
    const top = h('div', { class: 'top' }, names, this.picker.element);
    this.element = h('header', { class: 'page-head' }, top, h('div', { class: 'bar-line' }, tabs, switches));
  }

  update(): void {
    const { look } = this.room.page;
    const runs = runsOf(this.room.page);
    const names = [...new Set(runs.map(({ experiment }) => experiment))];
    write(this.title, names.join(', ') || 'PIT Dashboard');
    write(this.summary, summaryOf(runs.map(({ state }) => state)));
    this.picker.update();
    this.lines.update(look.lines);
    this.split.update(look.split);
    const isOfCharts = look.tab === 'overview' || look.tab === 'curves';
    this.lines.element.parentElement!.hidden = look.tab === 'predictions';
    this.split.element.parentElement!.hidden = !isOfCharts;
  }
}

/** `6 runs: 5 finished, 1 running`. */
function summaryOf(states: readonly string[]): string {
  const kinds = [...new Set(states)].map((state) => `${states.filter((other) => other === state).length} ${state}`);
  if (states.length === 0) return '';
  return `${states.length} ${states.length === 1 ? 'run' : 'runs'}: ${kinds.join(', ')}`;
}
