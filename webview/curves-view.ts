/** Every measure over the steps of training, a chart each. */
import type { Measure } from './axes';
import { button, h } from './dom';
import type { ColumnName } from './messages';
import { PlotView } from './plot-view';
import { curvePlot, evaluationPlot, type Metric, type Plot } from './plots';
import type { Room, View } from './room';
import { bytes, magnitude, perCent, speed } from './words';

const losses = { unit: 'Loss, nats', scale: 'log', format: magnitude, tick: String } as const;
const shares = {
  scale: 'linear',
  from: 0,
  to: 100,
  least: 10,
  format: perCent,
  tick: (value: number) => `${value} %`,
} as const;

const measures = {
  loss: { ...losses, title: 'Loss' },
  documentLoss: { ...losses, title: 'Loss on documents' },
  questionLoss: { ...losses, title: 'Loss on questions' },
  tokensPerSecond: { title: 'Speed', unit: 'Tokens a second', scale: 'linear', from: 0, format: speed, tick: shortly },
  memory: { title: 'Memory', unit: 'Memory', scale: 'linear', from: 0, format: bytes },
  exactMatch: { ...shares, title: 'Exact match', unit: 'Exact match' },
  recall: { ...shares, title: 'Answer recall', unit: 'Answer recall' },
  rougeL: { ...shares, title: 'ROUGE-L', unit: 'ROUGE-L' },
  perplexity: { title: 'Perplexity', unit: 'Perplexity', scale: 'log', format: magnitude, tick: String },
} satisfies Record<ColumnName | Metric, Measure>;

function shortly(value: number): string {
  return value >= 1000 ? `${value / 1000}k` : String(value);
}

/** A chart of what is measured at each step. */
export function curveView(room: Room, column: ColumnName): PlotView {
  const note = ({ x }: Plot) => {
    const isThinned = x[1] - x[0] > 1;
    const several =
      room.page.look.lines === 'recipes' ? 'The mean over seeds; the band goes from the lowest to the highest.' : '';
    return isThinned ? 'The mean of neighbouring steps; the band goes from the lowest to the highest.' : several;
  };
  return new PlotView(room, column, measures[column], () => curvePlot(room.page, column), note);
}

/** A chart of what evaluations measure. */
export function evaluationView(room: Room, metric: Metric): PlotView {
  const note = () => {
    if (metric === 'perplexity') return 'Of the test documents.';
    const { split } = room.page.look;
    return `${split === 'test' ? 'Test' : 'Train'} questions; large marks: all of them, small marks: the fixed subset. Band: 95 % interval over questions, or lowest to highest seed.`;
  };
  return new PlotView(room, metric, measures[metric], () => evaluationPlot(room.page, metric), note);
}

export class CurvesView implements View {
  readonly element = h('div', { class: 'grid' });
  private readonly charts: PlotView[];
  private readonly back: HTMLElement;

  constructor(room: Room) {
    const steps: ColumnName[] = ['loss', 'documentLoss', 'questionLoss'];
    const answers: Metric[] = ['exactMatch', 'recall', 'rougeL', 'perplexity'];
    const effort: ColumnName[] = ['tokensPerSecond', 'memory'];
    this.charts = [
      ...steps.map((column) => curveView(room, column)),
      ...answers.map((metric) => evaluationView(room, metric)),
      ...effort.map((column) => curveView(room, column)),
    ];
    this.back = zoomNote(room);
    this.element.append(this.back, ...this.charts.map(({ element }) => element));
  }

  update(): void {
    this.back.dispatchEvent(new Event('update'));
    for (const chart of this.charts) chart.update();
  }
}

/** Says which steps are looked at, and leads back to all. */
export function zoomNote(room: Room): HTMLElement {
  const words = h('span');
  const note = h(
    'div',
    { class: 'zoom-note', hidden: true },
    words,
    button('Show all steps', () => room.zoom(undefined)),
  );
  note.addEventListener('update', () => {
    const { range } = room.page.look;
    note.hidden = !range;
    if (range) words.textContent = `Steps ${range.from.toLocaleString('en-US')} to ${range.to.toLocaleString('en-US')}`;
  });
  return note;
}
