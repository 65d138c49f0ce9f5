/**
 * Runs side by side: one row a recipe, over its seeds. Runs that differ in model, data or what is trained never share
 * a row. Intervals
 * are over questions for one seed, over seeds and questions for several (see metrics/bootstrap.ts).
 */
import { nameOf, trainedOf } from './names';
import { UserError } from '../errors';
import { acrossSeeds, type BootstrapOptions } from '../metrics/bootstrap';
import type { AnswerMetrics, Prediction } from './events';
import { RunFolder, type RunIdentity } from './folder';
import type { RunSummary } from './summary';

/** What a paper reports for a recipe, in per cent. */
export interface PaperNumbers {
  em: number;
  recall: number;
  rougeL: number;
}

export interface ComparisonRow {
  recipe: string;
  title: string;
  /** All weights, or which adapters. */
  trained: string;
  seeds: number[];
  /** Folders of the runs behind the row, one a seed. */
  runs: string[];
  answers: AnswerMetrics;
  paper?: PaperNumbers;
  /** Of the test documents at the end: geometric mean over seeds. */
  perplexity?: number;
  /** Exact match on train questions at the end, a fraction: mean over seeds. */
  trainExactMatch?: number;
  /** Exact match of guessing without reading, a fraction. */
  blindPrior?: number;
  /** Mean over seeds. */
  seconds: number;
}

/** On what the results were computed; several values where the runs differ. */
export interface Provenance {
  model: string[];
  modelHash: string[];
  data: string[];
  engine: string[];
  device: string[];
  version: string[];
}

export interface Comparison {
  rows: ComparisonRow[];
  provenance: Provenance;
  /** What a reader must know: runs that are left out, and why. */
  notes: string[];
}

export interface ComparisonOptions extends Partial<BootstrapOptions> {
  /** By recipe. */
  paper?: Record<string, PaperNumbers>;
}

/** Compares the finished runs, recipes in order of their first run; throws a UserError where predictions are missing. */
export function compareRuns(
  summaries: readonly RunSummary[],
  { paper = {}, resamples = 1000, seed = 1 }: ComparisonOptions = {},
): Comparison {
  const finished = summaries.filter(({ result }) => result);
  const { chosen, replaced } = newest(finished);
  const groups = grouped(chosen);
  const open = summaries.filter(({ result }) => !result);
  return {
    rows: groups.map((runs) => rowOf(runs, paper, { resamples, seed })),
    provenance: provenanceOf(chosen),
    notes: [
      ...open.map((run) => `${nameOf(run.identity)} is left out: it is ${run.state} and has no final test result.`),
      ...replaced.map(
        (run) => `${nameOf(run.identity)} in ${run.folder} is left out: a newer run has the same recipe and seed.`,
      ),
      ...chosen.flatMap((run) => run.problems.map((problem) => `${nameOf(run.identity)}: ${problem}.`)),
      ...(new Set(chosen.map(({ identity }) => identity.dataHash)).size > 1
        ? ['The runs do not share one dataset: their rows are not comparable.']
        : []),
      ...changedModels(chosen).map(
        (model) => `${model} was not the same model in all runs: it stands in rows of its own.`,
      ),
    ],
  };
}

/** Names that stand for models with differing hashes. */
function changedModels(runs: readonly RunSummary[]): string[] {
  const hashes = new Map<string, Set<string>>();
  for (const { identity } of runs) {
    const { model, modelHash = '' } = identity;
    hashes.set(model, (hashes.get(model) ?? new Set()).add(modelHash));
  }
  return [...hashes].filter(([, seen]) => seen.size > 1).map(([model]) => model);
}

/** What runs of one row share: they differ only in their seed. */
export function kinOf(identity: RunIdentity): string {
  const { recipe, model, modelHash, dataHash } = identity;
  return JSON.stringify([recipe, model, modelHash, trainedOf(identity), dataHash]);
}

/** Runs that share a row, in order of the first of them. */
function grouped(runs: readonly RunSummary[]): RunSummary[][] {
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs) groups.set(kinOf(run.identity), [...(groups.get(kinOf(run.identity)) ?? []), run]);
  return [...groups.values()];
}

/** One run for each recipe and seed: the newest. */
function newest(runs: readonly RunSummary[]): { chosen: RunSummary[]; replaced: RunSummary[] } {
  const best = new Map<string, RunSummary>();
  for (const run of runs) {
    const key = `${kinOf(run.identity)} ${run.identity.seed}`;
    const other = best.get(key);
    if (!other || other.identity.created <= run.identity.created) best.set(key, run);
  }
  const kept = new Set(best.values());
  return { chosen: runs.filter((run) => kept.has(run)), replaced: runs.filter((run) => !kept.has(run)) };
}

function rowOf(
  runs: readonly RunSummary[],
  paper: Record<string, PaperNumbers>,
  options: BootstrapOptions,
): ComparisonRow {
  const { recipe, title = recipe } = runs[0].identity;
  const logPerplexity = mean(runs.map((run) => logOf(run.stages.at(-1)?.perplexity)));
  return {
    recipe,
    title,
    trained: trainedOf(runs[0].identity),
    seeds: runs.map(({ identity }) => identity.seed),
    runs: runs.map(({ folder }) => folder),
    answers: answersOf(runs, options),
    paper: paper[recipe],
    perplexity: logPerplexity === undefined ? undefined : Math.exp(logPerplexity),
    trainExactMatch: mean(runs.map((run) => run.stages.at(-1)?.train?.exactMatch.value)),
    blindPrior: mean(runs.map((run) => run.blindPrior)),
    seconds: mean(runs.map(({ seconds }) => seconds)) ?? 0,
  };
}

function answersOf(runs: readonly RunSummary[], options: BootstrapOptions): AnswerMetrics {
  const [first, ...others] = runs;
  if (first.result && others.length === 0) return first.result;
  const lists = runs.map(predictionsById);
  const ids = [...lists[0].keys()];
  const odd = lists.findIndex((list) => list.size !== ids.length || ids.some((id) => !list.has(id)));
  if (odd >= 0) {
    throw new UserError(`${first.folder} and ${runs[odd].folder} answered different questions and cannot share a row`);
  }
  return acrossSeeds(
    lists.map((list) => ids.map((id) => list.get(id)!)),
    options,
  );
}

function predictionsById(run: RunSummary): Map<string, Prediction> {
  if (!run.predictions) throw new UserError(`${run.folder} names no predictions of its final test questions`);
  const predictions = RunFolder.open(run.folder).readPredictions(run.predictions);
  return new Map(predictions.map((prediction) => [prediction.id, prediction]));
}

function provenanceOf(runs: readonly RunSummary[]): Provenance {
  const distinct = (read: (run: RunSummary) => string | undefined) => [
    ...new Set(runs.map(read).filter((value) => value !== undefined)),
  ];
  return {
    model: distinct(({ identity }) => identity.model),
    modelHash: distinct(({ identity }) => identity.modelHash),
    data: distinct(({ identity }) => identity.dataHash),
    engine: distinct(({ device }) => device && `${device.engine} ${device.version}`),
    device: distinct(({ device }) => device && `${device.device} (${device.reason})`),
    version: distinct(({ identity }) => versionsOf(identity.versions)),
  };
}

/** Versions in one line: `pit-lab 0.1.0, node 20.9.0`. */
export function versionsOf(versions: Record<string, string>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

function logOf(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.log(value);
}

/** Mean of the values that exist. */
function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
