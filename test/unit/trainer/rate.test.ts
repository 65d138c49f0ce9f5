import assert from 'node:assert/strict';
import { learningRate } from '../../../src/trainer/rate';

describe('learning rate', () => {
  const settings = { rate: 1, warmup: 0, finalRate: 0.1 };

  it('starts at the peak, passes the middle half-way down and ends near the final share', () => {
    assert.equal(learningRate(1, 100, settings), 1);
    assert.ok(Math.abs(learningRate(51, 100, settings) - 0.55) < 1e-12);
    assert.ok(Math.abs(learningRate(100, 100, settings) - 0.1) < 1e-3);
  });

  it('never rises without warm-up and stays between the final share and the peak', () => {
    const rates = Array.from({ length: 37 }, (_, i) => learningRate(i + 1, 37, settings));
    rates.slice(1).forEach((rate, i) => assert.ok(rate < rates[i]));
    assert.ok(rates.every((rate) => rate >= 0.1 && rate <= 1));
  });

  it('warms up in equal strides to the peak', () => {
    const warm = { rate: 2, warmup: 4, finalRate: 0.1 };
    const rates = [1, 2, 3, 4, 5].map((step) => learningRate(step, 20, warm));
    assert.deepEqual(rates, [0.5, 1, 1.5, 2, 2]);
  });

  it('stays finite in a phase that is all warm-up', () => {
    assert.equal(learningRate(3, 3, { rate: 3, warmup: 5, finalRate: 0.1 }), 1.8);
  });
});
