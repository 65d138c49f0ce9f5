/** Batches cut between their rows, against what packing made of them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cutRows } from '../../../src/schedule/cut';
import { packBatches } from '../../../src/schedule/pack';
import type { PackedBatch } from '../../../src/schedule/schedule';
import { compile, world } from './world';

const { examples } = compile({ dataset: world({ train: 12, test: 9 }) });
const [whole] = packBatches(examples, { row: 40, microBatch: 4000 });
const places = (batches: readonly PackedBatch[], key: 'tokens' | 'targets' | 'positions' | 'weights') =>
  batches.flatMap((batch) => [...batch[key]]);
const ids = ({ examples, members }: PackedBatch) => Array.from(examples, (ordinal) => members[ordinal]?.id);

describe('a batch that is cut', () => {
  it('keeps every place, and every example of a part is one of its members', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (most) => {
        const parts = cutRows(whole, most);
        for (const key of ['tokens', 'targets', 'positions', 'weights'] as const)
          assert.deepEqual(places(parts, key), [...whole[key]]);
        assert.deepEqual(parts.flatMap(ids), ids(whole));
        assert.deepEqual(
          parts.flatMap(({ members }) => members),
          whole.members,
        );
      }),
    );
  });

  it('has parts of so many places at most, or of one row', () => {
    assert.ok(whole.rows > 8);
    for (const most of [0, 39, 40, 80, 199, 4000]) {
      const parts = cutRows(whole, most);
      const rows = Math.max(1, Math.floor(most / 40));
      assert.equal(parts.length, Math.ceil(whole.rows / rows));
      for (const part of parts) {
        assert.ok(part.rows <= rows);
        assert.equal(part.exampleCount, part.members.length);
        assert.equal(Math.max(...part.examples), part.exampleCount - 1);
      }
    }
  });
});
