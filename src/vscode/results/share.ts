/**
 * How many of a file's questions are answered right, with the interval that goes with it. The percentile bootstrap of a
 * share is a binomial distribution, so its quantiles are computed and nothing is drawn.
 */
import type { Estimate } from '../../metrics/estimate';
import { interval } from '../../run/format';
import { eachInPortions } from '../../portions';
import type { Found } from './book';

export interface Tally {
  questions: number;
  right: number;
  answered: number;
  /** Answers whose question has changed since; they count neither as right nor as answered. */
  stale: number;
}

export async function tally<Item>(items: readonly Item[], find: (item: Item) => Found | undefined): Promise<Tally> {
  const counts = { questions: items.length, right: 0, answered: 0, stale: 0 };
  await eachInPortions(items, (item) => {
    const found = find(item);
    if (found?.stale) counts.stale++;
    else if (found) counts.answered++;
    if (found?.prediction.exactMatch && !found.stale) counts.right++;
  });
  return counts;
}

/** `EM 12/50 · 24.0 [12.0, 36.0] %`, with what is missing from it. */
export function tallyText({ questions, right, answered, stale }: Tally): string {
  const missing = questions - answered - stale;
  return [
    ...(answered > 0 ? [`EM ${right}/${answered} · ${interval(share(right, answered))} %`] : []),
    ...(missing > 0 ? [`${missing} not asked`] : []),
    ...(stale > 0 ? [`${stale} changed since`] : []),
  ].join(' · ');
}

/** A share with its 95 % percentile bootstrap interval. */
export function share(right: number, count: number): Estimate {
  const value = right / count;
  return { value, low: quantile(count, value, 0.025) / count, high: quantile(count, value, 0.975) / count };
}

/** The least number of hits that at most so many of `count` draws stay below or at, with the probability `level`. */
function quantile(count: number, probability: number, level: number): number {
  if (probability === 0 || probability === 1) return count * probability;
  const odds = Math.log(probability / (1 - probability));
  let logarithm = count * Math.log(1 - probability);
  let below = Math.exp(logarithm);
  let hits = 0;
  while (below < level && hits < count) {
    logarithm += Math.log((count - hits) / (hits + 1)) + odds;
    below += Math.exp(logarithm);
    hits++;
  }
  return hits;
}
