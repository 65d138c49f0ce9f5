/** Prompts in batches of like length. */
import assert from 'node:assert/strict';
import { answerTogether } from '../../../src/engine/together';

const prompts = [5, 1, 4, 2, 3].map((length) => new Int32Array(length));
const lengthsOf = (some: readonly Int32Array[]) => some.map(({ length }) => length);

describe('prompts that are answered together', () => {
  it('are of like length, and their answers come in the order of the prompts', async () => {
    const batches: number[][] = [];
    const counts: number[] = [];
    const answer = (some: readonly Int32Array[]) => {
      batches.push(lengthsOf(some));
      return Promise.resolve(some.map(({ length }) => Int32Array.of(length)));
    };
    const answers = await answerTogether(prompts, 2, answer, (count) => counts.push(count));
    assert.deepEqual(batches, [[1, 2], [3, 4], [5]]);
    assert.deepEqual(
      answers.flatMap((one) => [...one]),
      lengthsOf(prompts),
    );
    assert.deepEqual(counts, [2, 4, 5]);
  });

  it('are no more once somebody does not want them', async () => {
    let batches = 0;
    const answer = (some: readonly Int32Array[]) => Promise.resolve((batches++, [...some]));
    const enough = () => {
      throw new Error('enough');
    };
    await assert.rejects(answerTogether(prompts, 2, answer, enough), /enough/);
    assert.equal(batches, 1);
  });
});
