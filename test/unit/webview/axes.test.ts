/** The vertical axes. */
import assert from 'node:assert/strict';
import { type Measure, rangeOf, ticksOf } from '../../../webview/axes';
import { bytes, roundly } from '../../../webview/words';

const share: Measure = { title: '', unit: '', scale: 'linear', from: 0, to: 100, least: 10, format: String };
const loss: Measure = { title: '', unit: '', scale: 'log', format: String };

describe('axes', () => {
  it('hold all values, begin at nothing and never pass 100 per cent', () => {
    assert.deepEqual(rangeOf(share, 0, 0), [0, 10]);
    const [bottom, top] = rangeOf(share, 30, 60);
    assert.ok(bottom === 0 && top > 60 && top < 70);
    assert.deepEqual(rangeOf(share, 30, 99), [0, 100]);
  });

  it('are logarithmic with air on both sides', () => {
    const [low, high] = rangeOf(loss, 0.01, 10);
    assert.ok(low > 0 && low < 0.01 && high > 10);
    assert.deepEqual(ticksOf(loss, 0.9, 12), [1, 2, 5, 10]);
    assert.deepEqual(rangeOf(loss, 2, 2).map(Math.round), [2, 2]);
  });

  it('stand where nothing was measured', () => {
    assert.deepEqual(rangeOf(share, null, null), [0, 1]);
    assert.deepEqual(rangeOf(loss, null, null), [0.1, 10]);
  });
});

describe('numbers in words', () => {
  it('are as short as they may be', () => {
    assert.deepEqual([bytes(305_000_000), bytes(1_340_000_000)], ['305 MB', '1.3 GB']);
    assert.deepEqual([400, 12_345, 3_100_000].map(roundly), ['0.4 k', '12 k', '3.1 M']);
  });
});
