/**
 * The pictures of a comparison: perplexity against exact match, what is forgotten, and how the loss fell. They turn
 * summaries into charts; chart.ts draws.
 */
import { nameOf, stageLabel } from './names';
import { standaloneChart, type Chart, type Point, type Series } from './chart';
import type { Comparison } from './comparison';
import { magnitude, percent } from './format';
import type { Axis } from './scale';
import type { RunSummary, StageSummary } from './summary';

const mostPoints = 300;

const exactMatchAxis = (label: string): Axis => ({
  label,
  scale: 'linear',
  from: 0,
  to: 100,
  step: 20,
  format: String,
});

/** What the pictures need of a comparison and of its runs: runs that still train can be drawn too. */
export interface PictureRow {
  title: string;
  /** Folders. */
  runs: readonly string[];
}

export type PictureStage = Pick<StageSummary, 'number' | 'name' | 'perplexity' | 'test' | 'train'>;

export interface PictureRun {
  folder: string;
  stages: readonly PictureStage[];
}

type Rows = { rows: readonly PictureRow[] };

/** The picture of perplexity against exact match as an SVG file. */
export function renderSvg(comparison: Comparison, summaries: readonly RunSummary[]): string {
  return standaloneChart(perplexityChart(comparison, summaries));
}

/** One point a stage end, joined in order of the stages; the last one is labelled. */
export function perplexityChart(comparison: Rows, summaries: readonly PictureRun[]): Chart {
  const series = rowSeries(comparison, summaries, perplexityPoint).map(withLabel);
  const highest = Math.max(...series.flatMap(({ points }) => points.map(({ y }) => y)), 10);
  return {
    title: 'Perplexity against exact match',
    description:
      'For each setting a line over its stages: perplexity of the test documents, logarithmic, against exact match on test questions. ' +
      describe(series, (point) => `perplexity ${magnitude(point.x)}, exact match ${point.y.toFixed(1)} %`),
    width: 920,
    height: 440,
    x: {
      label: 'Perplexity of the test documents (logarithmic, falls to the right)',
      scale: 'log',
      reversed: true,
      format: String,
    },
    y: {
      ...exactMatchAxis('Exact match on test questions, %'),
      to: Math.min(100, Math.ceil(highest / 10) * 10),
      step: undefined,
    },
    series,
    legend: 'right',
  };
}

/** Exact match on train questions at the end of each stage. */
export function forgettingChart(comparison: Rows, summaries: readonly PictureRun[]): Chart {
  const series = rowSeries(comparison, summaries, forgettingPoint).map(withLabel);
  const ends = series.flatMap(({ points }) => points.map(({ x }) => x));
  return {
    title: 'What is kept of the train questions',
    description:
      'For each setting a line over its stages: exact match on train questions. ' +
      describe(series, (point) => `${point.y.toFixed(1)} % after stage ${point.x}`),
    width: 920,
    height: 340,
    x: {
      label: 'End of stage',
      scale: 'linear',
      from: Math.min(...ends) - 0.1,
      to: Math.max(...ends) + 0.4,
      step: 1,
      format: String,
    },
    y: exactMatchAxis('Exact match on train questions, %'),
    series,
    legend: 'right',
  };
}

/** The loss of one run by kind of text over all its steps, stages marked. */
export function lossChart({ identity, stages }: RunSummary): Chart {
  const starts = stages.map((_, i) => stages.slice(0, i).reduce((sum, { curve }) => sum + curve.length, 0));
  const series = [
    lossSeries('documents', 0, stages, starts, 'documentLoss'),
    lossSeries('questions', 1, stages, starts, 'questionLoss'),
  ].filter(({ points }) => points.length > 0);
  const name = nameOf(identity);
  return {
    title: `Loss of ${name}`,
    description: `Mean loss of a batch, in nats and logarithmic, over the steps. ${describe(series, (point) => magnitude(point.y))}`,
    width: 430,
    height: 260,
    x: { label: 'Step', scale: 'linear', from: 0, format: (value) => value.toLocaleString('en-US') },
    y: { label: 'Loss, nats', scale: 'log', format: String },
    series,
    marks: stages.flatMap(({ curve, name }, i) => (curve.length > 0 ? [{ at: starts[i], label: name }] : [])),
    legend: 'top',
  };
}

type PointOf = (runs: readonly PictureStage[]) => Point | undefined;

/** A series a row: a point for each stage that every run of the row has measured. */
function rowSeries({ rows }: Rows, summaries: readonly PictureRun[], pointOf: PointOf): Series[] {
  const series = rows.map((row, style) => {
    const runs = runsOf(row, summaries);
    const points = (runs[0]?.stages ?? []).flatMap(({ number }) => {
      const stages = runs.flatMap((run) => run.stages.filter((stage) => stage.number === number));
      return stages.length === runs.length ? (pointOf(stages) ?? []) : [];
    });
    return { name: row.title, style, points, markers: true };
  });
  return series.filter(({ points }) => points.length > 0);
}

function runsOf(row: PictureRow, summaries: readonly PictureRun[]): PictureRun[] {
  return summaries.filter(({ folder }) => row.runs.includes(folder));
}

const perplexityPoint: PointOf = (stages) => {
  const x = mean(stages.map(({ perplexity }) => perplexity && Math.log(perplexity)));
  const y = mean(stages.map(({ test }) => test?.exactMatch.value));
  if (x === undefined || y === undefined) return undefined;
  const title = `${stageName(stages[0])}: perplexity ${magnitude(Math.exp(x))}, EM ${percent(y)} %`;
  return { x: Math.exp(x), y: 100 * y, title };
};

const forgettingPoint: PointOf = (stages) => {
  const y = mean(stages.map(({ train }) => train?.exactMatch.value));
  if (y === undefined) return undefined;
  return { x: stages[0].number, y: 100 * y, title: `${stageName(stages[0])}: train EM ${percent(y)} %` };
};

function stageName(stage: PictureStage): string {
  return stage.number === 0 ? stage.name : `after ${stageLabel(stage)}`;
}

/** The last point carries the circled number of the setting, or its name. */
function withLabel(series: Series): Series {
  const label = /^[①-⑳]/.exec(series.name)?.[0] ?? series.name.split(',')[0].slice(0, 20);
  const last = series.points.length - 1;
  return {
    ...series,
    points: series.points.map((point, i) => ({
      ...point,
      title: `${series.name}, ${point.title}`,
      label: i === last ? label : undefined,
    })),
  };
}

function lossSeries(
  name: string,
  style: number,
  stages: readonly StageSummary[],
  starts: readonly number[],
  field: 'documentLoss' | 'questionLoss',
): Series {
  const points = stages.flatMap(({ curve }, stage) =>
    curve.flatMap((point, i) => (point[field] === undefined ? [] : [{ x: starts[stage] + i + 1, y: point[field] }])),
  );
  return { name, style, points: thin(points), markers: false };
}

/** At most so many points, each the mean of its neighbours. */
function thin(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / mostPoints);
  return Array.from({ length: Math.ceil(points.length / Math.max(size, 1)) }, (_, i) => {
    const some = points.slice(i * size, (i + 1) * size);
    return { x: mean(some.map(({ x }) => x))!, y: mean(some.map(({ y }) => y))! };
  });
}

/** The last point of each series in words. */
function describe(series: readonly Series[], words: (point: Point) => string): string {
  return series.map(({ name, points }) => `${name}: at the end ${words(points.at(-1)!)}`).join('; ');
}

/** Mean of all values; undefined where one is missing. */
function mean(values: readonly (number | undefined)[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + value / values.length),
    0,
  );
}
