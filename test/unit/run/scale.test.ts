import assert from 'node:assert/strict';
import { makeScale, type Axis } from '../../../src/run/scale';

const axis = (change: Partial<Axis>): Axis => ({ label: '', scale: 'linear', format: String, ...change });

describe('scale', () => {
  it('places values evenly, or by their logarithm, also backwards', () => {
    assert.equal(makeScale(axis({ from: 0, to: 100 }), [], 10, 210).place(25), 60);
    assert.ok(Math.abs(makeScale(axis({ scale: 'log', from: 1, to: 100 }), [], 0, 200).place(10) - 100) < 1e-9);
    assert.equal(makeScale(axis({ from: 0, to: 10, reversed: true }), [], 0, 100).place(2), 80);
  });

  it('ticks at round values', () => {
    assert.deepEqual(makeScale(axis({ from: 0, to: 50 }), [], 0, 1).ticks, [0, 10, 20, 30, 40, 50]);
    assert.deepEqual(makeScale(axis({ scale: 'log', from: 0.9, to: 60 }), [], 0, 1).ticks, [1, 3, 10, 30]);
    assert.deepEqual(
      makeScale(axis({ scale: 'log', from: 1, to: 1.25 }), [], 0, 1).ticks,
      [1, 1.05, 1.1, 1.15, 1.2, 1.25],
    );
  });

  it('stays finite for one value, none, and zero on a logarithmic axis', () => {
    for (const values of [[], [3], [0], [0, 5], [-1, 0]]) {
      for (const scale of ['linear', 'log'] as const) {
        const { place, ticks } = makeScale(axis({ scale }), values, 0, 100);
        assert.ok([...values.map(place), ...ticks].every(Number.isFinite), `${scale} ${values}`);
      }
    }
  });
});
