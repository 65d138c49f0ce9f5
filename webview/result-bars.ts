/** Exact match of each recipe with its interval, the best first, and where the paper's number lies. */
import { h, redraw } from './dom';
import type { RecipeRow } from './messages';
import { makePanel } from './panel';
import type { Room, View } from './room';
import { perCent } from './words';

type Finished = RecipeRow & { own: NonNullable<RecipeRow['own']> };

export class ResultBars implements View {
  readonly element: HTMLElement;
  private readonly list = h('div', { class: 'result-bars', role: 'list' });

  constructor(private readonly room: Room) {
    const { element, body, note } = makePanel('Results', 'results');
    body.append(this.list);
    note.textContent = 'Exact match on all test questions with its 95 % interval; ◇ is the paper.';
    this.element = element;
  }

  update(): void {
    const rows = finishedRows(this.room.page.recipes?.rows ?? []);
    this.element.hidden = rows.length === 0;
    const best = [...rows].sort((a, b) => b.own.exactMatch.value - a.own.exactMatch.value);
    redraw(this.list, best, () => best.map(barRow));
  }
}

export function finishedRows(rows: readonly RecipeRow[]): Finished[] {
  return rows.filter((row): row is Finished => row.own !== undefined);
}

function barRow(row: Finished): HTMLElement {
  const { title, own } = row;
  const seeds = own.seeds.length > 1 ? `${own.seeds.length} seeds` : `seed ${own.seeds[0]}`;
  return h(
    'div',
    { class: 'result', role: 'listitem' },
    h('span', { class: 'name' }, title, h('small', {}, ` ${seeds}`)),
    resultBar(row),
    h('b', {}, perCent(100 * own.exactMatch.value)),
  );
}

/** From 0 to 100: a line for the interval, a dot for the value, a diamond for the paper's number. */
export function resultBar({ title, own, paper }: Finished): HTMLElement {
  const { value, low, high } = own.exactMatch;
  const words = `Exact match of ${title}: ${perCent(100 * value)}, from ${perCent(100 * low)} to ${perCent(100 * high)}`;
  const bar = h('span', { class: 'bar', role: 'img', 'aria-label': `${words}${paper ? `; paper ${paper[0]} %` : ''}` });
  const part = (name: string, left: number, width?: number) => {
    const element = h('span', { class: name });
    element.style.left = `${left}%`;
    if (width !== undefined) element.style.width = `${width}%`;
    return element;
  };
  bar.append(
    part('fill', 0, 100 * value),
    part('span', 100 * low, 100 * (high - low)),
    part('dot', 100 * value),
    ...(paper ? [part('paper', paper[0])] : []),
  );
  return bar;
}
