/**
 * Means with 95 % confidence intervals by the percentile bootstrap (Efron and Tibshirani 1993, chapter 13): over the
 * questions of one run, and over seeds and questions of several runs. Deterministic for a seed.
 *
 * Several seeds answer the same questions, so a resample draws seeds and, independently of them, one set of questions
 * for all of these seeds: a hard question is hard in every run. With two or three seeds the interval still says
 * little about seeds that were not run.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AnswerMetrics, Estimate, Judgement } from './estimate';

export interface BootstrapOptions {
  resamples: number;
  seed: number;
}

/** Draws an integer from 0 to below the bound. The bias of scaling 32 bits is below bound / 2³². */
type Draw = (bound: number) => number;

/** Metrics of one run, with intervals over its questions. Nothing is known of no answers: 0, from 0 to 1. */
export function summarizeAnswers(judgements: readonly Judgement[], options: BootstrapOptions): AnswerMetrics {
  return acrossSeeds([judgements], options);
}

/**
 * Metrics of several runs that differ in their seed, with intervals over seeds and questions. Each list holds the
 * judgements of the same questions in the same order; throws a RangeError where the lengths differ.
 */
export function acrossSeeds(
  runs: readonly (readonly Judgement[])[],
  { resamples, seed }: BootstrapOptions,
): AnswerMetrics {
  const count = runs[0]?.length ?? 0;
  if (runs.some((run) => run.length !== count)) throw new RangeError('Every seed must answer the same questions');
  const metric = (read: (judgement: Judgement) => number): Estimate =>
    bootstrapMean(
      runs.map((run) => Float64Array.from(run, read)),
      drawer(seed),
      resamples,
    );
  return {
    count,
    exactMatch: metric(({ exactMatch }) => Number(exactMatch)),
    recall: metric(({ recall }) => Number(recall)),
    rougeL: metric(({ rougeL }) => rougeL),
  };
}

function bootstrapMean(runs: readonly Float64Array[], draw: Draw, resamples: number): Estimate {
  const count = runs[0]?.length ?? 0;
  if (count === 0) return { value: 0, low: 0, high: 1 };
  const means = Float64Array.from({ length: resamples }, () => resampledMean(runs, count, draw)).sort();
  const total = runs.reduce((sum, run) => sum + run.reduce((a, b) => a + b, 0), 0);
  return { value: total / (runs.length * count), low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/** The mean over seeds and questions drawn with replacement. */
function resampledMean(runs: readonly Float64Array[], count: number, draw: Draw): number {
  const chosen = runs.map(() => runs[draw(runs.length)]);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const question = draw(count);
    for (const run of chosen) sum += run[question];
  }
  return sum / (chosen.length * count);
}

/** Quantile of ascending values, interpolated linearly. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

function drawer(seed: number): Draw {
  const random = xoroshiro128plus(seed);
  return (bound) => Math.floor(((random.next() >>> 0) / 2 ** 32) * bound);
}
