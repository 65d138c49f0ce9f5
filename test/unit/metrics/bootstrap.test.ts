import assert from 'node:assert/strict';
import { acrossSeeds, summarizeAnswers } from '../../../src/metrics/bootstrap';
import type { Estimate, Judgement } from '../../../src/metrics/estimate';

const options = { resamples: 2000, seed: 5 };

/** The first `right` of `count` questions answered exactly; ROUGE-L from 0 to 1 in even steps. */
function judgements(right: number, count: number): Judgement[] {
  return Array.from({ length: count }, (_, i) => ({ exactMatch: i < right, recall: true, rougeL: i / (count - 1) }));
}

function closeTo(actual: Estimate, value: number, halfWidth: number, tolerance: number): void {
  assert.ok(Math.abs(actual.value - value) < 1e-12, `${actual.value}, not ${value}`);
  assert.ok(Math.abs(actual.low - (value - halfWidth)) < tolerance, `low ${actual.low}`);
  assert.ok(Math.abs(actual.high - (value + halfWidth)) < tolerance, `high ${actual.high}`);
}

describe('bootstrap over questions', () => {
  it('agrees with the normal approximation for many questions', () => {
    const count = 2000;
    const metrics = summarizeAnswers(judgements(600, count), options);
    assert.equal(metrics.count, count);
    closeTo(metrics.exactMatch, 0.3, 1.96 * Math.sqrt((0.3 * 0.7) / count), 0.002);
    closeTo(metrics.rougeL, 0.5, 1.96 * Math.sqrt(1 / 12 / count), 0.002);
    assert.deepEqual(metrics.recall, { value: 1, low: 1, high: 1 });
  });

  it('agrees with the exact binomial quantiles for few questions', () => {
    // 3 of 10: P(X ≤ 0) = 0.0282 and P(X ≤ 6) = 0.9894, P(X ≤ 5) = 0.9527, so 2.5 % lies at 0 and 97.5 % at 6.
    const { exactMatch } = summarizeAnswers(judgements(3, 10), { resamples: 20000, seed: 1 });
    assert.deepEqual(exactMatch, { value: 0.3, low: 0, high: 0.6 });
  });

  it('gives the same interval for the same seed and another for another', () => {
    const answers = judgements(40, 97);
    assert.deepEqual(summarizeAnswers(answers, options), summarizeAnswers(answers, options));
    assert.notDeepEqual(summarizeAnswers(answers, options), summarizeAnswers(answers, { ...options, seed: 6 }));
  });

  it('knows nothing of no answers', () => {
    assert.deepEqual(summarizeAnswers([], options).exactMatch, { value: 0, low: 0, high: 1 });
  });
});

describe('bootstrap over seeds and questions', () => {
  it('spans the seeds where only seeds differ', () => {
    const { exactMatch } = acrossSeeds([judgements(0, 50), judgements(50, 50)], options);
    assert.deepEqual(exactMatch, { value: 0.5, low: 0, high: 1 });
  });

  it('counts a question that is hard in every run once, not once a run', () => {
    const one = judgements(300, 1000);
    const three = acrossSeeds([one, one, one], options).exactMatch;
    closeTo(three, 0.3, 1.96 * Math.sqrt((0.3 * 0.7) / 1000), 0.004);
  });

  it('adds the variance of seeds and questions', () => {
    const runs = [20, 30, 40, 50, 60, 70, 80].map((share) => judgements(share * 10, 1000));
    // Seeds: variance 0.04 / 7. Questions: the mean over seeds of whether question i is right falls from 1 to 0.
    const means = Array.from({ length: 1000 }, (_, i) => runs.filter((run) => run[i].exactMatch).length / 7);
    const questions = means.reduce((sum, mean) => sum + (mean - 0.5) ** 2, 0) / 1000 / 1000;
    closeTo(acrossSeeds(runs, options).exactMatch, 0.5, 1.96 * Math.sqrt(0.04 / 7 + questions), 0.015);
  });

  it('refuses seeds that answered different questions', () => {
    assert.throws(() => acrossSeeds([judgements(1, 2), judgements(1, 3)], options), RangeError);
  });
});
