/** A frame around a chart or a table: a heading, a note, and what can be saved of it. */
import type { Chart } from '../src/run/chart';
import { button, h } from './dom';
import { pngOf, svgOf } from './pictures';
import type { Room } from './room';

export interface Panel {
  element: HTMLElement;
  title: HTMLElement;
  note: HTMLElement;
  tools: HTMLElement;
  body: HTMLElement;
}

export function makePanel(heading: string, name: string): Panel {
  const title = h('h2', { id: `${name}-title` }, heading);
  const note = h('p', { class: 'note' });
  const tools = h('div', { class: 'tools', role: 'toolbar', 'aria-label': `Tools: ${heading}` });
  const body = h('div', { class: 'panel-body' });
  const head = h('header', {}, title, tools);
  const element = h('section', { class: `panel ${name}`, 'aria-labelledby': title.id }, head, body, note);
  return { element, title, note, tools, body };
}

/** Buttons that save a picture. */
export function pictureTools({ post }: Room, name: string, chart: () => Chart): HTMLElement[] {
  const svg = () => post({ type: 'save', name: `${name}.svg`, content: svgOf(chart()) });
  const png = async () => post({ type: 'save', name: `${name}.png`, content: await pngOf(chart()) });
  return [
    button('SVG', svg, { class: 'tool', title: 'Save as SVG', 'aria-label': 'Save as SVG' }),
    button('PNG', () => void png(), { class: 'tool', title: 'Save as PNG', 'aria-label': 'Save as PNG' }),
  ];
}

/** A button that shows a table beside a picture, for as long as the page is arranged so. */
export class TableToggle {
  readonly element: HTMLElement;

  constructor(
    private readonly room: Room,
    private readonly name: string,
    private readonly table: HTMLElement,
  ) {
    this.element = button('Show as table', () => this.turn(), { class: 'tool', icon: 'table' });
    this.update();
  }

  /** Shows or hides the table as the page is arranged now; tells whether it is shown. */
  update(): boolean {
    const isShown = this.room.page.look.tables.includes(this.name);
    this.table.hidden = !isShown;
    this.element.setAttribute('aria-pressed', String(isShown));
    return isShown;
  }

  private turn(): void {
    const { tables } = this.room.page.look;
    const others = tables.filter((name) => name !== this.name);
    this.room.arrange({ tables: others.length < tables.length ? others : [...tables, this.name] });
  }
}

/** A plain table of texts; the first column heads its rows. */
export function textTable(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  return h(
    'table',
    {},
    h('caption', { class: 'unseen' }, caption),
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    h(
      'tbody',
      {},
      ...rows.map(([first, ...rest]) =>
        h('tr', {}, h('th', { scope: 'row' }, first), ...rest.map((cell) => h('td', {}, cell))),
      ),
    ),
  );
}
