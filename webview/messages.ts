/**
 * What the dashboard's page and its host say to each other, both directions. The host owns the state and knows what the
 * page has been told; a page that is new says `ready` and gets everything once, and after that only what has changed.
 */
import type { AnswerMetrics, Estimate } from '../src/metrics/estimate';
import type { GpuMemory, Prediction } from '../src/run/events';
import type { RunState } from '../src/run/states';
import type { Device } from '../src/run/summary';

/** What is measured at every step. */
export const columnNames = ['loss', 'documentLoss', 'questionLoss', 'tokensPerSecond', 'memory'] as const;
export type ColumnName = (typeof columnNames)[number];

/** A value for each bucket of steps: its lowest, mean and highest; not a number where the bucket holds none. */
export interface Column {
  low: Float32Array;
  mean: Float32Array;
  high: Float32Array;
}

export type Columns = Record<ColumnName, Column>;

/** Buckets of a run's steps from one bucket on to the newest step; those before it stay as they were. */
export interface CurvePart {
  path: string;
  /** Steps in a bucket, a power of two. */
  size: number;
  /** The first bucket that is in the columns, from 0. */
  from: number;
  columns: Columns;
}

/** Steps from and to, counted from 1 over all stages. */
export interface Range {
  from: number;
  to: number;
}

/** A run as the list of runs names it. */
export interface RunEntry {
  path: string;
  /** Name of the experiment. */
  experiment: string;
  /** Output folder, which the runs of one experiment share. */
  out: string;
  recipe: string;
  title: string;
  seed: number;
  created: string;
  state: RunState;
  /** Runs with the same one differ only in their seed. */
  kin: string;
}

export interface StageFacts {
  /** From 1; 0 holds what was evaluated before any training. */
  number: number;
  name: string;
  steps: number;
  /** Steps that have been taken. */
  taken: number;
  /** Steps of the stages before it. */
  start: number;
  /** At the end of the stage, as the comparison counts it. */
  test?: AnswerMetrics;
  train?: AnswerMetrics;
  perplexity?: number;
}

export interface EvaluationFacts {
  stage: number;
  /** Steps so far, over all stages. */
  x: number;
  extent: 'full' | 'subset';
  split: string;
  answers?: AnswerMetrics;
  perplexity?: number;
  /** Where its answers lie, relative to the run folder. */
  predictions?: string;
}

export interface Progress {
  /** From 0 to 1. */
  done: number;
  secondsLeft?: number;
}

/** What is known of a run that is shown, but for its curves. */
export interface RunFacts extends RunEntry {
  /** Why it stopped, failed or was interrupted. */
  reason?: string;
  model: string;
  splits: { train: string; test: string };
  device?: Device;
  stages: StageFacts[];
  evaluations: EvaluationFacts[];
  progress?: Progress;
  /** Of the newest steps. */
  tokensPerSecond?: number;
  /** Bytes in use, at the newest step. */
  memory?: number;
  /** Bytes of the GPU that trains, in use by all programs and in all. */
  gpuMemory?: GpuMemory;
  /** Tokens of text trained on so far. */
  tokens: number;
  /** Seconds of its steps and evaluations. */
  seconds: number;
  problems: string[];
}

export type PaperSize = '7B' | '70B';

/** One's own runs of a recipe, over their seeds. */
export interface OwnResult {
  seeds: number[];
  exactMatch: Estimate;
  recall: Estimate;
  rougeL: Estimate;
  perplexity?: number;
  trainExactMatch?: number;
  blindPrior?: number;
  seconds: number;
}

export interface RecipeRow {
  recipe: string;
  title: string;
  phases?: string;
  own?: OwnResult;
  /** Exact match, recall and ROUGE-L, per cent. */
  paper?: readonly [exactMatch: number, recall: number, rougeL: number];
}

export interface RecipeTable {
  rows: RecipeRow[];
  notes: string[];
}

export type PredictionRow = Omit<Prediction, 'documentId' | 'split' | 'prompt'> & {
  /** The same question at the end of the stage before. */
  before?: Pick<Prediction, 'exactMatch' | 'prediction'>;
};

/** A file of predictions of a run. */
export interface PredictionsAt {
  path: string;
  file: string;
}

export const tabs = ['overview', 'curves', 'predictions', 'recipes'] as const;
export type Tab = (typeof tabs)[number];
export type Verdict = 'all' | 'right' | 'wrong' | 'changed';

/** How a person has arranged the page. */
export interface Look {
  tab: Tab;
  /** A line for each run, or one for each recipe with a band over its seeds. */
  lines: 'runs' | 'recipes';
  /** Which questions the curves of answers are about. */
  split: 'test' | 'train';
  paper: PaperSize;
  /** Leave recipes out that have no run of one's own. */
  onlyOwn: boolean;
  /** Names of lines that are not drawn. */
  hidden: string[];
  predictions: { at?: PredictionsAt; verdict: Verdict; search: string };
  /** Names of pictures that have their table beside them. */
  tables: string[];
  /** The steps that the charts show, as finely as possible; all of them where it is undefined. */
  range?: Range;
}

/** What is looked at before anybody has chosen. */
export const firstLook: Look = {
  tab: 'overview',
  lines: 'recipes',
  split: 'test',
  paper: '7B',
  onlyOwn: false,
  hidden: [],
  predictions: { verdict: 'all', search: '' },
  tables: [],
};

/** What a webview keeps over a reload of the window. */
export interface Kept {
  shown: string[];
  look: Look;
}

/** What tables are saved as: the word on the button, and the ending of the file. */
export const tableFormats = [
  { format: 'csv', label: 'CSV', ending: 'csv' },
  { format: 'markdown', label: 'Markdown', ending: 'md' },
  { format: 'latex', label: 'LaTeX', ending: 'tex' },
] as const;
export type TableFormat = (typeof tableFormats)[number]['format'];

/** What can be done with a run from the page. */
export const actions = ['stopRun', 'resumeRun', 'openRunReport', 'showRunLog', 'revealRunInExplorer'] as const;
export type Action = (typeof actions)[number];

export type PageMessage =
  | { type: 'ready' }
  | { type: 'show'; paths: string[] }
  | { type: 'look'; look: Look }
  | { type: 'predictions'; at: PredictionsAt }
  | { type: 'openPrediction'; at: PredictionsAt; id: string }
  | { type: 'act'; action: Action; path: string }
  | { type: 'saveTable'; table: 'recipes' | 'stages'; format: TableFormat }
  | { type: 'save'; name: string; content: string | Uint8Array };

export type HostMessage =
  | ({ type: 'everything' } & Kept)
  | { type: 'runs'; runs: RunEntry[]; shown: string[] }
  | { type: 'facts'; run: RunFacts }
  | ({ type: 'curve' } & CurvePart)
  | { type: 'detail'; range: Range; curves: CurvePart[] }
  | { type: 'recipes'; table: RecipeTable }
  | { type: 'predictions'; at: PredictionsAt; rows: PredictionRow[] }
  | { type: 'failed'; what: 'recipes' | 'predictions'; message: string };
