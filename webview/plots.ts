/**
 * What the charts show as numbers: for each line its values over the steps, with a band. A line of one run has the 95 %
 * interval over questions, or the lowest and highest loss where steps share a place; a line of several seeds is their
 * mean, with a band from the lowest seed to the highest. Pure.
 */
import { stageLabel } from '../src/run/names';
import { drawnLines, type Line } from './lines';
import type { ColumnName, EvaluationFacts, Range, RunFacts } from './messages';
import type { Curve, Page } from './store';

/** A value; undefined where nothing was measured, and null where the line has a gap. */
export type Value = number | undefined | null;

export interface PlotSeries {
  line: Line;
  /** Which of several series of one line, as a name. */
  part?: string;
  y: Value[];
  low: Value[];
  high: Value[];
  /** Places at which all questions were asked; none for a curve of steps. */
  full?: Set<number>;
}

export interface Mark {
  at: number;
  label: string;
  /** Of the line that it belongs to, where lines don't share their stages. */
  style?: number;
}

export interface Plot {
  x: number[];
  series: PlotSeries[];
  marks: Mark[];
  /** The last step of the chart. */
  end: number;
}

export type Metric = 'exactMatch' | 'recall' | 'rougeL' | 'perplexity';

/** Values of every step, in buckets where there are many. */
export function curvePlot(page: Page, column: ColumnName): Plot {
  const lines = drawnLines(page);
  const source = sourceOf(page);
  const curves = lines.map(({ runs }) => runs.flatMap(({ path }) => source(path) ?? []));
  const { size = 1, from = 0 } = curves.flat()[0] ?? {};
  const count = Math.max(0, ...curves.flat().map(({ columns }) => columns.loss.mean.length));
  const x = Array.from({ length: count }, (_, i) => (from + i) * size + (size + 1) / 2);
  const series = lines.map((line, i) => ({ line, ...meanCurve(curves[i], column, x, gapsOf(line, size, from)) }));
  return { x, series: series.filter(hasValues), ...frameOf(lines) };
}

/** The finest buckets that cover what is looked at. */
function sourceOf({ look: { range }, detail, curves }: Page): (path: string) => Curve | undefined {
  const covers = range && detail && detail.range.from <= range.from && detail.range.to >= range.to;
  return (path) => (covers ? detail.curves : curves).get(path);
}

function meanCurve(curves: readonly Curve[], column: ColumnName, x: readonly number[], gaps: ReadonlySet<number>) {
  const at = x.map((_, i) => {
    const known = curves.map(({ columns }) => columns[column]).filter(({ mean }) => i < mean.length && !isNaN(mean[i]));
    if (known.length === 0) return gaps.has(i) ? null : undefined;
    return {
      mean: known.reduce((sum, { mean }) => sum + mean[i], 0) / known.length,
      low: Math.min(...known.map(({ low }) => low[i])),
      high: Math.max(...known.map(({ high }) => high[i])),
    };
  });
  const pick = (name: 'mean' | 'low' | 'high') => at.map((value) => value && value[name]);
  return { y: pick('mean'), low: pick('low'), high: pick('high') };
}

/** Places of buckets that begin a stage: a line that says nothing there has a gap. */
function gapsOf({ runs }: Line, size: number, from: number): Set<number> {
  return new Set(runs.flatMap(({ stages }) => stages.map(({ start }) => Math.floor(start / size) - from)));
}

const hasValues = ({ y }: { y: readonly Value[] }) => y.some((value) => typeof value === 'number');

interface Measured {
  value: number;
  low: number;
  high: number;
  isFull: boolean;
}

/** Values of evaluations; fractions in per cent. */
export function evaluationPlot(page: Page, metric: Metric): Plot {
  const lines = drawnLines(page);
  const split = metric === 'perplexity' ? 'test' : page.look.split;
  const measured = lines.map(({ runs }) => runs.map((run) => measuredBy(run, metric, run.splits[split])));
  const x = [...new Set(measured.flat().flatMap((places) => [...places.keys()]))].sort((a, b) => a - b);
  const series = lines.map((line, i) => ({ line, ...meanEvaluation(measured[i], x) }));
  return { x, series: series.filter(hasValues), ...frameOf(lines) };
}

/** The last measurement at each step; one of all questions counts before one of some. */
function measuredBy(run: RunFacts, metric: Metric, split: string): Map<number, Measured> {
  const places = new Map<number, Measured>();
  for (const evaluation of run.evaluations) {
    const estimate = evaluation.split === split ? estimateOf(evaluation, metric) : undefined;
    const isFull = evaluation.extent === 'full';
    if (estimate && (isFull || !places.get(evaluation.x)?.isFull)) places.set(evaluation.x, { ...estimate, isFull });
  }
  return places;
}

function estimateOf({ answers, perplexity }: EvaluationFacts, metric: Metric): Omit<Measured, 'isFull'> | undefined {
  if (metric === 'perplexity')
    return perplexity === undefined ? undefined : { value: perplexity, low: perplexity, high: perplexity };
  const estimate = answers?.[metric];
  return estimate && { value: 100 * estimate.value, low: 100 * estimate.low, high: 100 * estimate.high };
}

/** Where not every seed has been measured yet, the line ends. */
function meanEvaluation(runs: readonly ReadonlyMap<number, Measured>[], x: readonly number[]) {
  const started = runs.filter(({ size }) => size > 0);
  const at = x.map((place) => {
    const known = started.flatMap((run) => run.get(place) ?? []);
    if (known.length === 0 || known.length < started.length) return undefined;
    if (known.length === 1) return known[0];
    return { ...known[0], value: meanOf(known), low: lowest(known), high: highest(known) };
  });
  const full = new Set(at.flatMap((one, i) => (one?.isFull ? [i] : [])));
  const pick = (name: 'value' | 'low' | 'high') => at.map((one) => one?.[name]);
  return { y: pick('value'), low: pick('low'), high: pick('high'), full };
}

const meanOf = (all: readonly Measured[]) => all.reduce((sum, { value }) => sum + value, 0) / all.length;
const lowest = (all: readonly Measured[]) => Math.min(...all.map(({ value }) => value));
const highest = (all: readonly Measured[]) => Math.max(...all.map(({ value }) => value));

function frameOf(lines: readonly Line[]): Pick<Plot, 'marks' | 'end'> {
  const stages = lines.flatMap(({ runs }) => runs.flatMap(({ stages }) => stages));
  const end = Math.max(1, ...stages.map(({ start, steps, taken }) => start + Math.max(steps, taken)));
  return { marks: marksOf(lines), end };
}

/** The beginning of each stage: named where all lines share their stages, else in the line's own colour. */
function marksOf(lines: readonly Line[]): Mark[] {
  const all = lines.map((line) => ({ line, marks: stageMarks(longestOf(line.runs)) }));
  const distinct = new Set(all.map(({ marks }) => JSON.stringify(marks)));
  if (distinct.size === 1) return all[0].marks;
  return all.flatMap(({ line, marks }) =>
    marks.filter(({ at }) => at > 0).map((mark) => ({ ...mark, style: line.style })),
  );
}

function stageMarks({ stages }: RunFacts): Mark[] {
  return stages.filter(({ number }) => number > 0).map((stage) => ({ at: stage.start, label: stageLabel(stage) }));
}

/** The run that is furthest: the others come to the same stages. */
function longestOf(runs: readonly RunFacts[]): RunFacts {
  return runs.reduce((a, b) => (b.stages.length > a.stages.length ? b : a));
}

/** The stage of a run in which a step lies. */
export function stageAt({ stages }: RunFacts, x: number): string | undefined {
  const stage = stages.findLast(({ number, start }) => number > 0 && x > start);
  return stage && stageLabel(stage);
}

/** The part of a plot within a range. */
export function within({ x, series }: Plot, range: Range | undefined): number[] {
  const inside = (at: number) => !range || (at >= range.from && at <= range.to);
  return x.flatMap((at, i) => (inside(at) && series.some(({ y }) => typeof y[i] === 'number') ? [i] : []));
}
