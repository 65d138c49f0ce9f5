/** Perplexity against exact match, and what is kept of the train questions: the paths of runs over their stages. */
import { type Chart, drawChart } from '../src/run/chart';
import { stageLabel } from '../src/run/names';
import { forgettingChart, perplexityChart } from '../src/run/pictures';
import { drawnLines } from './lines';
import type { RunFacts } from './messages';
import { makePanel, pictureTools, TableToggle, textTable } from './panel';
import { h, redraw } from './dom';
import type { Room, View } from './room';
import { magnitude, perCent } from './words';

type Make = typeof perplexityChart;

export interface PictureWords {
  name: string;
  make: Make;
  note: string;
}

export const pictures: Record<'perplexity' | 'forgetting', PictureWords> = {
  perplexity: {
    name: 'perplexity-em',
    make: perplexityChart,
    note: 'A point for each stage end, joined in order; the large one is the newest. A model can know documents almost by heart and still not answer.',
  },
  forgetting: {
    name: 'forgetting',
    make: forgettingChart,
    note: 'A later stage can wipe out what an earlier one taught: the line falls.',
  },
};

export class PictureView implements View {
  readonly element: HTMLElement;
  private readonly panel;
  private readonly place = h('div', { class: 'picture' });
  private readonly table = h('div', { class: 'scroll' });
  private readonly toggle: TableToggle;

  constructor(
    private readonly room: Room,
    private readonly words: PictureWords,
  ) {
    this.panel = makePanel('', words.name);
    this.element = this.panel.element;
    this.panel.body.append(this.place, this.table);
    new ResizeObserver(() => this.draw()).observe(this.place);
    this.panel.note.textContent = words.note;
    this.toggle = new TableToggle(room, words.name, this.table);
    this.panel.tools.append(this.toggle.element, ...pictureTools(room, words.name, () => this.chart()));
  }

  update(): void {
    const chart = this.chart();
    this.panel.title.textContent = chart.title;
    this.element.hidden = chart.series.length === 0;
    this.draw();
    const runs = drawnLines(this.room.page).flatMap((line) => line.runs);
    if (this.toggle.update())
      redraw(
        this.table,
        runs.map(({ stages }) => stages),
        () => [stagesTable(runs)],
      );
  }

  /** As large as there is room, without a legend: the page has one. */
  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (width === 0) return;
    const chart: Chart = { ...this.chart(), width, height: Math.max(240, height), legend: 'none' };
    redraw(this.place, chart, () => [svgElement(chart)]);
  }

  /** Lines have the colours that they have in the other charts. */
  private chart(): Chart {
    const lines = drawnLines(this.room.page);
    const rows = lines.map(({ name, runs }) => ({
      title: name,
      runs: runs.filter(isMeasured).map(({ path }) => path),
    }));
    const runs = lines.flatMap((line) => line.runs.map(({ path, stages }) => ({ folder: path, stages })));
    const chart = this.words.make({ rows }, runs);
    const styles = new Map(lines.map(({ name, style }) => [name, style]));
    return { ...chart, series: chart.series.map((one) => ({ ...one, style: styles.get(one.name) ?? one.style })) };
  }
}

/** A run that has been asked nothing yet must not hide the others of its line. */
const isMeasured = ({ stages }: RunFacts) => stages.some(({ test }) => test);

/** The texts in it are escaped where they are put in. */
function svgElement(chart: Chart): Element {
  const { documentElement } = new DOMParser().parseFromString(drawChart(chart), 'image/svg+xml');
  return document.importNode(documentElement, true);
}

/** What runs scored at the end of their stages. */
function stagesTable(runs: readonly RunFacts[]): HTMLElement {
  const heads = ['Run', 'Stage', 'Perplexity', 'EM', 'Recall', 'ROUGE-L', 'Train EM'];
  const share = (value: number | undefined) => (value === undefined ? '' : perCent(100 * value));
  const rows = runs.flatMap(({ title, seed, stages }) =>
    stages.map(({ perplexity, test, train, ...stage }) => [
      `${title}, seed ${seed}`,
      stageLabel(stage),
      perplexity === undefined ? '' : magnitude(perplexity),
      ...[test?.exactMatch.value, test?.recall.value, test?.rougeL.value, train?.exactMatch.value].map(share),
    ]),
  );
  return textTable('What runs scored at the end of each stage', heads, rows);
}
