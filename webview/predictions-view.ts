/** What a run answered at the end of a stage: question, gold, output, verdict, and what has changed since the last stage. */
import { Choice } from './choice';
import { button, h, icon, redraw } from './dom';
import { changeOf, countRows, filterRows } from './filter';
import {
  type Look,
  type PredictionRow,
  type PredictionsAt,
  type RunFacts,
  type TableFormat,
  tableFormats,
  type Verdict,
} from './messages';
import { makePanel, type Panel } from './panel';
import { predictionsText } from './predictions-text';
import type { Room, View } from './room';
import { RowList } from './row-list';
import { Select } from './select';
import { runsOf } from './store';
import { nameOf, thousands } from './words';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';

type Asked = Look['predictions'];

const words: Record<Verdict, string> = { all: 'All', right: 'Right', wrong: 'Wrong', changed: 'Changed' };

export class PredictionsView implements View {
  readonly element: HTMLElement;
  private readonly panel: Panel;
  private readonly run: Select;
  private readonly stage: Select;
  private readonly verdict: Choice<Verdict>;
  private readonly search: HTMLInputElement;
  private readonly list: RowList<PredictionRow>;
  private readonly detail = h('div', { class: 'detail', 'aria-live': 'polite' });
  private readonly failed = h('p', { class: 'failed', role: 'alert' });
  /** What the host was asked for last, and how the rows were filtered. */
  private asked = '';
  private filtered = '';
  private rows: PredictionRow[] = [];

  constructor(private readonly room: Room) {
    this.run = new Select('Run', (path) => this.arrange({ at: this.newestOf(path) }));
    this.stage = new Select('Stage', (file) => this.arrange({ at: { path: this.at()!.path, file } }));
    const options = (Object.keys(words) as Verdict[]).map((value) => ({ value, label: words[value] }));
    this.verdict = new Choice('radiogroup', 'Verdict', options, (verdict) => this.arrange({ verdict }));
    this.search = document.createElement('vscode-textfield') as unknown as HTMLInputElement;
    this.search.setAttribute('label', 'Search questions, answers and outputs');
    this.search.setAttribute('placeholder', 'Search');
    this.search.addEventListener('input', () => this.arrange({ search: this.search.value }));
    this.list = new RowList<PredictionRow>({
      label: 'Predictions',
      heads: ['EM', 'Question', 'Gold', 'Output', 'Change'],
      cells: cellsOf,
      onMove: (row) => this.showDetail(row),
      onOpen: (row) => this.openRow(row),
    });
    this.panel = makePanel('Predictions', 'predictions');
    this.element = this.panel.element;
    this.fill();
  }

  update(): void {
    const { look, predictions, failed } = this.room.page;
    const at = this.at();
    this.ask(at);
    this.offer(at);
    const isHere = predictions && at && sameFile(predictions.at, at);
    const all = isHere ? predictions.rows : [];
    const { verdict, search } = look.predictions;
    const counts = countRows(all);
    this.verdict.update(verdict, Object.fromEntries(Object.entries(counts).map(labelOf)) as Record<Verdict, string>);
    if (this.search.value !== search) this.search.value = search;
    const filtered = JSON.stringify([isHere && at, verdict, search, all.length]);
    if (filtered !== this.filtered) this.showRows(filterRows(all, verdict, search));
    this.filtered = filtered;
    const missing = at ? '' : 'These runs have no predictions yet: they are written at the end of a stage.';
    this.failed.textContent = failed.predictions ?? missing;
    this.failed.hidden = this.failed.textContent === '';
    this.panel.note.textContent = isHere
      ? `${thousands(this.rows.length)} of ${thousands(all.length)} questions. Enter shows the line in its file.`
      : '';
  }

  private fill(): void {
    this.panel.tools.append(
      ...tableFormats.map(({ format, label, ending }) =>
        button(label, () => this.save(format, ending), {
          class: 'tool',
          'aria-label': `Save as ${label}`,
          title: `Save as ${label}`,
        }),
      ),
    );
    const controls = [
      this.run.element,
      this.stage.element,
      this.verdict.element,
      this.search as unknown as HTMLElement,
    ];
    this.panel.body.append(h('div', { class: 'controls' }, ...controls), this.failed, this.list.element, this.detail);
  }

  private arrange(change: Partial<Asked>): void {
    this.room.arrange({ predictions: { ...this.room.page.look.predictions, ...change } });
  }

  /** What the person has chosen; until then the newest answers of the first run that has any. */
  private at(): PredictionsAt | undefined {
    const { at } = this.room.page.look.predictions;
    const runs = runsOf(this.room.page);
    const isThere = at && runs.some((run) => run.path === at.path && filesOf(run).some(({ file }) => file === at.file));
    if (isThere) return at;
    const first = runs.find((run) => filesOf(run).length > 0);
    return first && this.newestOf(first.path);
  }

  private newestOf(path: string): PredictionsAt | undefined {
    const run = this.room.page.runs.get(path);
    const files = run ? filesOf(run) : [];
    const newest = files.findLast(({ split }) => split === run!.splits.test) ?? files.at(-1);
    return newest && { path, file: newest.file };
  }

  private ask(at: PredictionsAt | undefined): void {
    const asked = JSON.stringify(at);
    if (!at || asked === this.asked) return;
    this.asked = asked;
    this.room.post({ type: 'predictions', at });
  }

  private offer(at: PredictionsAt | undefined): void {
    const runs = runsOf(this.room.page).filter((run) => filesOf(run).length > 0);
    this.run.update(
      runs.map((run) => ({ value: run.path, label: nameOf(run) })),
      at?.path,
    );
    const run = at && this.room.page.runs.get(at.path);
    this.stage.update(
      (run ? filesOf(run) : []).map(({ file, label }) => ({ value: file, label })),
      at?.file,
    );
  }

  private showRows(rows: PredictionRow[]): void {
    this.rows = rows;
    this.list.rewind();
    this.list.show(rows);
    redraw(this.detail, undefined, () => []);
  }

  private showDetail(row: PredictionRow): void {
    const { question, answers, output, prediction, recall, rougeL, before } = row;
    const pairs: [string, string][] = [
      ['Question', question],
      [answers.length > 1 ? 'Accepted answers' : 'Gold', answers.join(' · ')],
      ['Output', output.trim()],
      ['Judged answer', prediction],
      ['Scores', `recall ${recall ? 'yes' : 'no'}, ROUGE-L ${rougeL.toFixed(2)}`],
      ...(before ? [['After the last stage', before.prediction] as [string, string]] : []),
    ];
    const entries = pairs.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]);
    redraw(this.detail, row, () => [
      h('dl', {}, ...entries),
      button('Show in file', () => this.openRow(row), { class: 'tool' }),
    ]);
  }

  private openRow({ id }: PredictionRow): void {
    const at = this.at();
    if (at) this.room.post({ type: 'openPrediction', at, id });
  }

  private save(format: TableFormat, ending: string): void {
    this.room.post({ type: 'save', name: `predictions.${ending}`, content: predictionsText(this.rows, format) });
  }
}

const sameFile = (a: PredictionsAt, b: PredictionsAt) => a.path === b.path && a.file === b.file;

function labelOf([verdict, count]: [string, number]): [string, string] {
  return [verdict, `${words[verdict as Verdict]} ${thousands(count)}`];
}

/** Files of predictions in order, with what they are answers to. */
function filesOf({ evaluations, stages }: RunFacts): { file: string; split: string; label: string }[] {
  return evaluations.flatMap(({ predictions, split, stage, extent, x }) => {
    if (!predictions) return [];
    const { name = '', start = 0 } = stages.find(({ number }) => number === stage) ?? {};
    const place = stage === 0 ? name : `${stage}. ${name}`;
    const when = extent === 'full' ? '' : `, step ${x - start}`;
    return [{ file: predictions, split, label: `${place}${when}, ${split} questions` }];
  });
}

function cellsOf(row: PredictionRow): (HTMLElement | string)[] {
  const { exactMatch, question, answers, output } = row;
  const verdict = h('span', { class: exactMatch ? 'right' : 'wrong' }, icon(exactMatch ? 'pass-filled' : 'error'));
  verdict.append(h('span', { class: 'unseen' }, exactMatch ? 'right' : 'wrong'));
  const change = changeOf(row);
  const arrow = change && icon(exactMatch ? 'arrow-up' : 'arrow-down');
  const changed = h('span', { class: exactMatch ? 'right' : 'wrong' }, arrow || '', change);
  return [verdict, question, answers.join(' · '), output.trim(), changed];
}
