/** The names of the lines, for all charts together: each can be hidden and shown. */
import { button, h, redraw } from './dom';
import { type Line, linesOf } from './lines';
import type { Room, View } from './room';

export class Legend implements View {
  readonly element = h('div', { class: 'legend', role: 'group', 'aria-label': 'Lines of the charts' });

  constructor(private readonly room: Room) {}

  update(): void {
    const { page } = this.room;
    const lines = linesOf(page);
    const state = [lines.map(({ key, name, style, dash }) => [key, name, style, dash]), page.look.hidden];
    const focused = (document.activeElement as HTMLElement | null)?.dataset.line;
    redraw(this.element, state, () => lines.map((line) => this.entry(line)));
    const again = [...this.element.querySelectorAll<HTMLElement>('[data-line]')].find(
      ({ dataset }) => dataset.line === focused,
    );
    if (focused !== undefined && document.activeElement !== again) again?.focus();
  }

  private entry({ key, name, style, dash }: Line): HTMLElement {
    const { hidden } = this.room.page.look;
    const isDrawn = !hidden.includes(key);
    const toggle = () =>
      this.room.arrange({ hidden: isDrawn ? [...hidden, key] : hidden.filter((other) => other !== key) });
    const entry = button(name, toggle, {
      class: 'line',
      'aria-pressed': String(isDrawn),
      'data-line': key,
      title: name,
    });
    entry.prepend(h('span', { class: `key line${style} shape${style % 5} dash${dash % 4}` }));
    return entry;
  }
}
