/** The share of right answers and its interval, against values computed otherwise. */
import assert from 'node:assert/strict';
import { summarizeAnswers } from '../../../src/metrics/bootstrap';
import { share, tally, tallyText } from '../../../src/vscode/results/share';
import { prediction } from './results.sample';

const right = { prediction: prediction('d?1', 'Where?', 'Rome') };
const wrong = { prediction: prediction('d?1', 'Where?', 'Paris') };
const stale = { ...right, stale: 'question' as const };

describe('the share of right answers', () => {
  it('has the quantiles of a binomial distribution', () => {
    // From Python's math.comb, summed up to 0.025 and 0.975.
    assert.deepEqual(share(12, 50), { value: 0.24, low: 6 / 50, high: 18 / 50 });
    assert.deepEqual(share(1, 2), { value: 0.5, low: 0, high: 1 });
  });

  it('agrees with the interval that is drawn', () => {
    const judgements = Array.from({ length: 400 }, (_, i) => ({ exactMatch: i < 100, recall: false, rougeL: 0 }));
    const { exactMatch } = summarizeAnswers(judgements, { resamples: 4000, seed: 1 });
    const computed = share(100, 400);
    for (const end of ['low', 'high'] as const) assert.ok(Math.abs(exactMatch[end] - computed[end]) <= 0.006);
  });

  it('is certain where all or none are right', () => {
    assert.deepEqual(share(0, 7), { value: 0, low: 0, high: 0 });
    assert.deepEqual(share(7, 7), { value: 1, low: 1, high: 1 });
  });

  it('stays exact for a hundred thousand questions', () => {
    const { low, high } = share(50_000, 100_000);
    assert.ok(Math.abs(low - 0.4969) < 1e-4 && Math.abs(high - 0.5031) < 1e-4);
  });

  it('counts what is stale or was not asked beside it, not in it', async () => {
    const counts = await tally([right, right, wrong, stale, undefined], (found) => found);
    assert.deepEqual(counts, { questions: 5, right: 2, answered: 3, stale: 1 });
    assert.equal(tallyText(counts), 'EM 2/3 · 66.7 [0.0, 100.0] % · 1 not asked · 1 changed since');
    assert.equal(tallyText(await tally([], () => undefined)), '');
  });
});
