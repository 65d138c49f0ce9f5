/** Curves in buckets: no peak is lost, and buckets of buckets are those of the steps. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { bucketSize, Curve } from '../../../src/vscode/dashboard/curve';
import { stepEvent } from '../run/step';

function curveOf(losses: readonly (number | undefined)[]): Curve {
  const curve = new Curve();
  losses.forEach((loss, i) => curve.add(stepEvent(i + 1, { documentLoss: loss })));
  return curve;
}

describe('curves of a run', () => {
  it('keep every step where there are few', () => {
    const { documentLoss, tokensPerSecond } = curveOf([3, 2, 1]).buckets(1);
    assert.deepEqual([...documentLoss.mean], [3, 2, 1]);
    assert.deepEqual([...documentLoss.low], [...documentLoss.high]);
    assert.deepEqual([...tokensPerSecond.mean], [180, 180, 180]);
  });

  it('say nothing where nothing was measured', () => {
    const { documentLoss } = curveOf([undefined, undefined, undefined, 4]).buckets(2);
    assert.deepEqual([...documentLoss.mean], [NaN, 4]);
    assert.deepEqual([...documentLoss.high], [NaN, 4]);
  });

  it('keep a single peak among 200,000 steps', () => {
    const losses = Array.from({ length: 200_000 }, () => 1);
    losses[123_456] = 50;
    losses[77] = 0.25;
    const curve = curveOf(losses);
    const size = bucketSize(curve.length, 1024);
    const { documentLoss } = curve.buckets(size);
    assert.equal(documentLoss.mean.length, Math.ceil(200_000 / 256));
    assert.equal(documentLoss.high.indexOf(50), Math.floor(123_456 / 256));
    assert.equal(documentLoss.low.indexOf(0.25), 0);
  });

  it('are within their lowest and highest values, in any portion of buckets', () => {
    const losses = fc.array(fc.float({ min: 0.125, max: 100, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(losses, fc.integer({ min: 0, max: 6 }), fc.nat(20), (values, power, from) => {
        const size = 2 ** power;
        const curve = curveOf(values);
        const whole = curve.buckets(size).documentLoss;
        const part = curve.buckets(size, from).documentLoss;
        assert.deepEqual([...part.high], [...whole.high.slice(from)]);
        whole.high.forEach((high, i) => {
          const own = values.slice(i * size, (i + 1) * size);
          assert.equal(high, Math.max(...own));
          assert.equal(whole.low[i], Math.min(...own));
          assert.ok(whole.mean[i] <= high * 1.0001 && whole.mean[i] >= whole.low[i] * 0.9999);
        });
      }),
    );
  });

  it('choose buckets of a power of two, at most so many', () => {
    assert.deepEqual(
      [0, 1, 1024, 1025, 200_000].map((steps) => bucketSize(steps, 1024)),
      [1, 1, 1, 2, 256],
    );
  });
});
