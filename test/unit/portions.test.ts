import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { eachInPortions } from '../../src/portions';

describe('going through a long list', () => {
  it('takes all in order, and lets others work in between', async () => {
    const taken: number[] = [];
    let others = 0;
    const waiting = setInterval(() => others++, 1);
    await eachInPortions(Array(1000).keys(), (index) => {
      taken.push(index);
      for (const end = performance.now() + 0.2; performance.now() < end;);
    });
    clearInterval(waiting);
    assert.deepEqual(taken, [...Array(1000).keys()]);
    assert.ok(others > 0);
  });
});
