import assert from 'node:assert/strict';
import { perplexity, teacherForcedAccuracy } from '../../../src/metrics/likelihood';

describe('likelihood', () => {
  it('weighs tokens, not texts', () => {
    // 1 token at probability 1/8 and 3 at 1/2: 2^((3 + 3) / 4), not the mean 5 of the texts' perplexities 8 and 2.
    const value = perplexity([Math.log(8), 3 * Math.log(2)], [1, 3]);
    assert.ok(Math.abs(value - 2 ** 1.5) < 1e-12);
  });

  it('is 1 where every token is certain', () => {
    assert.equal(perplexity([0, 0], [4, 5]), 1);
  });

  it('shares out hits over all tokens', () => {
    assert.equal(teacherForcedAccuracy([1, 3], [1, 7]), 0.5);
  });

  it('is undefined without tokens', () => {
    assert.throws(() => perplexity([], []), RangeError);
    assert.throws(() => teacherForcedAccuracy([0], [0]), RangeError);
  });
});
