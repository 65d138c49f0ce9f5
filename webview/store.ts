/** What the page knows, as the host has told it. Pure. */
import {
  type Column,
  type ColumnName,
  columnNames,
  type Columns,
  type CurvePart,
  type HostMessage,
  type Look,
  type PredictionRow,
  type PredictionsAt,
  type Range,
  type RecipeTable,
  type RunEntry,
  type RunFacts,
} from './messages';

/** The buckets of a run's steps. */
export type Curve = Pick<CurvePart, 'size' | 'from' | 'columns'>;

export interface Detail {
  range: Range;
  curves: Map<string, Curve>;
}

export interface Page {
  /** The host has said what is shown and how. */
  isTold: boolean;
  entries: RunEntry[];
  shown: string[];
  runs: Map<string, RunFacts>;
  curves: Map<string, Curve>;
  look: Look;
  /** The steps of a range as finely as the host has them. */
  detail?: Detail;
  recipes?: RecipeTable;
  predictions?: { at: PredictionsAt; rows: PredictionRow[] };
  /** Why a table could not be made. */
  failed: { recipes?: string; predictions?: string };
}

export function emptyPage(look: Look): Page {
  return { isTold: false, entries: [], shown: [], runs: new Map(), curves: new Map(), look, failed: {} };
}

/** Takes in what the host has said. */
export function apply(page: Page, message: HostMessage): void {
  switch (message.type) {
    case 'everything':
      Object.assign(page, emptyPage(message.look), { isTold: true, shown: message.shown });
      return;
    case 'runs':
      Object.assign(page, { entries: message.runs, shown: message.shown });
      for (const known of [page.runs, page.curves])
        for (const path of known.keys()) if (!message.shown.includes(path)) known.delete(path);
      return;
    case 'facts':
      page.runs.set(message.run.path, message.run);
      return;
    case 'curve':
      page.curves.set(message.path, continued(page.curves.get(message.path), message));
      return;
    case 'detail':
      page.detail = { range: message.range, curves: new Map(message.curves.map((curve) => [curve.path, curve])) };
      return;
    case 'recipes':
      Object.assign(page, { recipes: message.table, failed: { ...page.failed, recipes: undefined } });
      return;
    case 'predictions':
      Object.assign(page, {
        predictions: { at: message.at, rows: message.rows },
        failed: { ...page.failed, predictions: undefined },
      });
      return;
    case 'failed':
      page.failed = { ...page.failed, [message.what]: message.message };
  }
}

/** The shown runs of which something is known, in order. */
export function runsOf(page: Page): RunFacts[] {
  return page.shown.flatMap((path) => page.runs.get(path) ?? []);
}

function continued(known: Curve | undefined, part: CurvePart): Curve {
  const { size, from } = part;
  const keep = known && from > 0 ? known.columns : undefined;
  return { size, from: 0, columns: each((name) => joined(keep?.[name], part.columns[name], from)) };
}

/** The first buckets of one column, then another. */
function joined(first: Column | undefined, rest: Column, from: number): Column {
  if (!first) return rest;
  const join = (a: Float32Array, b: Float32Array) => {
    const whole = new Float32Array(from + b.length);
    whole.set(a.subarray(0, from));
    whole.set(b, from);
    return whole;
  };
  return { low: join(first.low, rest.low), mean: join(first.mean, rest.mean), high: join(first.high, rest.high) };
}

function each(make: (name: ColumnName) => Column): Columns {
  return Object.fromEntries(columnNames.map((name) => [name, make(name)])) as Columns;
}
