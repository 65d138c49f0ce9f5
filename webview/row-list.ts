/** A table of any number of rows of one height, of which only those in sight are there. Arrow keys move over rows. */
import { h } from './dom';

export interface RowShape<T> {
  label: string;
  heads: readonly string[];
  cells(row: T): (HTMLElement | string)[];
  onMove(row: T): void;
  onOpen(row: T): void;
}

const height = 30;
/** Rows above and below what is in sight. */
const spare = 8;

export class RowList<T> {
  readonly element: HTMLElement;
  private readonly space = h('div', { class: 'space', role: 'rowgroup' });
  private readonly body: HTMLElement;
  private rows: readonly T[] = [];
  /** The row that keys act on. */
  private active = -1;

  constructor(private readonly shape: RowShape<T>) {
    const heads = shape.heads.map((head) => h('span', { role: 'columnheader' }, head));
    const head = h('div', { class: 'row head', role: 'row', 'aria-rowindex': 1 }, ...heads);
    this.body = h(
      'div',
      {
        ...{ class: 'rows', role: 'grid', tabindex: 0, 'aria-label': shape.label },
        on: { scroll: () => this.draw(), keydown: (event) => this.press(event), dblclick: () => this.open() },
      },
      h('div', { class: 'row-head', role: 'rowgroup' }, head),
      this.space,
    );
    this.element = this.body;
    new ResizeObserver(() => this.draw()).observe(this.body);
  }

  show(rows: readonly T[]): void {
    this.rows = rows;
    this.active = Math.min(this.active, rows.length - 1);
    this.body.setAttribute('aria-rowcount', String(rows.length + 1));
    this.space.style.height = `${rows.length * height}px`;
    this.draw();
  }

  /** Goes back to the top, as after another filter. */
  rewind(): void {
    this.active = -1;
    this.body.scrollTop = 0;
  }

  private draw(): void {
    const first = Math.max(0, Math.floor(this.body.scrollTop / height) - spare);
    const last = Math.min(this.rows.length, Math.ceil((this.body.scrollTop + this.body.clientHeight) / height) + spare);
    const elements = [];
    for (let i = first; i < last; i++) elements.push(this.row(i));
    this.space.replaceChildren(...elements);
    if (this.active < 0) this.body.removeAttribute('aria-activedescendant');
    else this.body.setAttribute('aria-activedescendant', `row-${this.active}`);
  }

  private row(i: number): HTMLElement {
    const cells = this.shape.cells(this.rows[i]).map((cell) => h('span', { role: 'gridcell' }, cell));
    const element = h(
      'div',
      {
        ...{ id: `row-${i}`, class: 'row', role: 'row', 'aria-rowindex': i + 2 },
        'aria-selected': String(i === this.active),
        on: { click: () => this.move(i) },
      },
      ...cells,
    );
    element.style.top = `${i * height}px`;
    return element;
  }

  private press(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.body.clientHeight / height) - 2);
    const moves: Record<string, number> = {
      ...{ ArrowDown: this.active + 1, ArrowUp: this.active - 1, Home: 0, End: this.rows.length - 1 },
      ...{ PageDown: this.active + page, PageUp: this.active - page },
    };
    if (event.key in moves) this.move(Math.min(this.rows.length - 1, Math.max(0, moves[event.key])));
    else if (event.key === 'Enter') this.open();
    else return;
    event.preventDefault();
  }

  private move(to: number): void {
    if (!this.rows[to]) return;
    this.active = to;
    const [top, bottom] = [to * height, (to + 1) * height];
    const seen = this.body.clientHeight - height;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    if (bottom > this.body.scrollTop + seen) this.body.scrollTop = bottom - seen;
    this.draw();
    this.shape.onMove(this.rows[to]);
  }

  private open(): void {
    if (this.rows[this.active]) this.shape.onOpen(this.rows[this.active]);
  }
}
