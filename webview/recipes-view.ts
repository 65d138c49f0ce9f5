/** The paper's table of recipes, filled by one's own runs. */
import { interval, percent } from '../src/run/format';
import { Choice } from './choice';
import { button, h, redraw } from './dom';
import { type Look, type OwnResult, type RecipeRow, tableFormats } from './messages';
import { makePanel } from './panel';
import { PictureView, pictures } from './picture-view';
import { finishedRows, resultBar } from './result-bars';
import type { Room, View } from './room';
import { duration, magnitude } from './words';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';

export class RecipesView implements View {
  readonly element: HTMLElement;
  private readonly table = h('div', { class: 'scroll' });
  private readonly notes = h('ul', { class: 'note' });
  private readonly size: Choice<Look['paper']>;
  private readonly onlyOwn: HTMLInputElement;
  private readonly views: View[];

  constructor(private readonly room: Room) {
    const panel = makePanel('Recipes beside the paper', 'recipes');
    const sizes = (['7B', '70B'] as const).map((value) => ({ value, label: `Llama-2 ${value}` }));
    this.size = new Choice('radiogroup', 'Numbers of the paper', sizes, (paper) => room.arrange({ paper }));
    this.onlyOwn = document.createElement('vscode-checkbox') as unknown as HTMLInputElement;
    this.onlyOwn.setAttribute('label', 'Only my runs');
    this.onlyOwn.addEventListener('change', () => room.arrange({ onlyOwn: this.onlyOwn.checked }));
    panel.tools.before(this.size.element, this.onlyOwn);
    panel.tools.append(...saveButtons(room, 'recipes', ''), ...saveButtons(room, 'stages', 'stages '));
    panel.body.append(this.table, this.notes);
    this.views = [new PictureView(room, pictures.perplexity), new PictureView(room, pictures.forgetting)];
    const grid = h('div', { class: 'grid wide' }, ...this.views.map(({ element }) => element));
    this.element = h('div', { class: 'spaced' }, panel.element, grid);
  }

  update(): void {
    const { recipes, look, failed } = this.room.page;
    this.size.update(look.paper);
    this.onlyOwn.checked = look.onlyOwn;
    const rows = (recipes?.rows ?? []).filter(({ own }) => own || !look.onlyOwn);
    redraw(this.table, [rows, look.paper, failed.recipes], () => [
      failed.recipes ? h('p', { class: 'failed', role: 'alert' }, failed.recipes) : recipeTable(rows, look.paper),
    ]);
    redraw(this.notes, recipes?.notes, () => (recipes?.notes ?? []).map((note) => h('li', {}, note)));
    for (const view of this.views) view.update();
  }
}

function saveButtons({ post }: Room, table: 'recipes' | 'stages', prefix: string): HTMLElement[] {
  return tableFormats.map(({ format, label }) =>
    button(prefix ? `Stages ${label}` : label, () => post({ type: 'saveTable', table, format }), {
      class: 'tool',
      'aria-label': `Save ${prefix}as ${label}`,
      title: table === 'recipes' ? `Save the table as ${label}` : `Save what each stage scored as ${label}`,
    }),
  );
}

interface Column {
  head: string;
  cell(own: OwnResult): string | undefined;
}

const columns: Column[] = [
  { head: 'EM', cell: ({ exactMatch }) => interval(exactMatch) },
  { head: 'Recall', cell: ({ recall }) => interval(recall) },
  { head: 'ROUGE-L', cell: ({ rougeL }) => interval(rougeL) },
];

const others: Column[] = [
  { head: 'Perplexity', cell: ({ perplexity }) => (perplexity === undefined ? undefined : magnitude(perplexity)) },
  { head: 'Train EM', cell: ({ trainExactMatch }) => optional(trainExactMatch) },
  { head: 'Blind prior EM', cell: ({ blindPrior }) => optional(blindPrior) },
  { head: 'Seeds', cell: ({ seeds }) => seeds.join(', ') },
  { head: 'Time', cell: ({ seconds }) => duration(seconds) },
];

function optional(fraction: number | undefined): string | undefined {
  return fraction === undefined ? undefined : percent(fraction);
}

function recipeTable(rows: readonly RecipeRow[], size: string): HTMLElement {
  const best = Math.max(...finishedRows(rows).map(({ own }) => own.exactMatch.value));
  const scope = (text: string, span = 1, head = 'colgroup') => h('th', { scope: head, colspan: span }, text);
  return h(
    'table',
    { class: 'recipe-table' },
    h('caption', { class: 'unseen' }, 'Recipes with your results and those of the paper, in per cent'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        scope(''),
        scope('Your runs', 4),
        scope(`Paper, Llama-2 ${size}`, 3),
        scope('Your runs', others.length),
      ),
      h(
        'tr',
        {},
        ...['Setting', 'EM from 0 to 100', ...columns.map(({ head }) => head), 'EM', 'Recall', 'ROUGE-L'].map((head) =>
          scope(head, 1, 'col'),
        ),
        ...others.map(({ head }) => scope(head, 1, 'col')),
      ),
    ),
    h('tbody', {}, ...rows.map((row) => recipeRow(row, best))),
  );
}

function recipeRow(row: RecipeRow, best: number): HTMLElement {
  const { title, phases, own, paper } = row;
  const cell = ({ cell }: Column) => h('td', {}, ...(own ? withSmallInterval(cell(own) ?? '') : []));
  const isBest = best > 0 && own?.exactMatch.value === best;
  return h(
    'tr',
    { class: own ? (isBest ? 'own best' : 'own') : 'foreign' },
    h('th', { scope: 'row' }, title, phases !== undefined && h('small', {}, phases)),
    h('td', {}, own && resultBar({ ...row, own })),
    ...columns.map(cell),
    ...[0, 1, 2].map((i) => h('td', { class: 'of-paper' }, paper?.[i].toFixed(1))),
    ...others.map(cell),
  );
}

/** The interval in brackets on a line of its own. */
function withSmallInterval(text: string): (string | HTMLElement)[] {
  const [value, rest] = text.split(' [');
  return rest === undefined ? [text] : [value, h('small', {}, `[${rest}`)];
}
