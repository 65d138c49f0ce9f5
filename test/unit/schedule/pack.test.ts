import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packRows } from '../../../src/schedule/bins';
import { lossWeights } from '../../../src/schedule/loss';
import { cheapestRow, packBatches, packingCost, scoringBatches } from '../../../src/schedule/pack';
import { chooseRows, paddingShare, rowsFor } from '../../../src/schedule/rows';
import type { Example, PackedBatch } from '../../../src/schedule/schedule';
import { compile, document, experiment, question } from './world';

/** Tokens unlike those of any other example, so that a mixed-up place shows. */
function made(index: number, length: number, learntFrom = 0): Example {
  const tokens = Int32Array.from({ length }, (_, place) => 1000 * (index + 1) + place);
  const weights = new Float32Array(length - 1).fill(1, learntFrom);
  return { index, kind: 'document', id: `d${index}`, documentId: `d${index}`, split: 'train', tokens, weights };
}

const batches = fc
  .array(fc.tuple(fc.integer({ min: 2, max: 33 }), fc.nat()), { minLength: 1, maxLength: 40 })
  .map((shapes) => shapes.map(([length, skip], index) => made(index, length, skip % (length - 1))));

const options = fc.record({ row: fc.integer({ min: 32, max: 80 }), microBatch: fc.integer({ min: 80, max: 400 }) });

function sum(values: Iterable<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0);
}

/** Every example as the batch holds it: [token, target, position, weight] of its places, in order of rows. */
function unpack(batch: PackedBatch): Map<Example, number[][]> {
  const found = new Map<Example, number[][]>(batch.members.map((member) => [member, []]));
  batch.examples.forEach((ordinal, at) => {
    const place = [
      batch.tokens[at],
      batch.targets[at],
      batch.positions[at],
      batch.weights[at],
      Math.floor(at / batch.length),
      at,
    ];
    if (ordinal >= 0) found.get(batch.members[ordinal])!.push(place);
  });
  return found;
}

describe('packing', () => {
  it('puts every example whole into one row, at places of its own, with positions from 0', () => {
    fc.assert(
      fc.property(batches, options, (examples, limits) => {
        const packed = packBatches(examples, limits);
        const seen = packed.flatMap((batch) => [...unpack(batch)]);
        assert.deepEqual(
          seen.map(([example]) => example.index).sort((a, b) => a - b),
          examples.map(({ index }) => index),
        );
        for (const [{ tokens }, places] of seen) {
          assert.deepEqual(
            places.map(([token]) => token),
            [...tokens.slice(0, -1)],
          );
          assert.deepEqual(
            places.map(([, target]) => target),
            [...tokens.slice(1)],
          );
          assert.deepEqual(
            places.map(([, , position]) => position),
            places.map((_, place) => place),
          );
          assert.equal(new Set(places.map(([, , , , row]) => row)).size, 1);
          places.forEach((place, ordinal) => assert.equal(place[5], places[0][5] + ordinal));
        }
      }),
    );
  });

  it('leaves padding empty: no token, no weight, example −1', () => {
    const [batch] = packBatches([made(0, 5), made(1, 3)], { row: 8, microBatch: 8 });
    assert.deepEqual([...batch.examples], [0, 0, 0, 0, 1, 1, -1, -1]);
    assert.deepEqual([...batch.tokens.slice(6)], [0, 0]);
    assert.deepEqual([...batch.weights.slice(6)], [0, 0]);
    assert.equal(batch.exampleCount, 2);
  });

  it('gives micro-batches the weights of one large batch, which add up to 1', () => {
    fc.assert(
      fc.property(batches, options, (examples, limits) => {
        const weightsOf = (packed: PackedBatch[]) =>
          new Map(
            packed.flatMap((batch) =>
              [...unpack(batch)].map(([{ id }, places]) => [id, places.map((place) => place[3])]),
            ),
          );
        const parts = packBatches(examples, limits);
        const whole = packBatches(examples, { ...limits, microBatch: 1e6 });
        assert.equal(whole.length, 1);
        assert.deepEqual(weightsOf(parts), weightsOf(whole));
        assert.ok(Math.abs(sum(parts.map(({ weights }) => sum(weights))) - 1) < 1e-5);
      }),
    );
  });

  it('keeps micro-batches within their size, even, and without empty rows', () => {
    fc.assert(
      fc.property(batches, options, (examples, limits) => {
        const packed = packBatches(examples, limits);
        const rows = packed.map((batch) => batch.rows);
        assert.ok(Math.max(...rows) * limits.row <= limits.microBatch);
        assert.ok(Math.max(...rows) - Math.min(...rows) <= 1);
        assert.equal(packed.length, Math.ceil(sum(rows) / Math.floor(limits.microBatch / limits.row)));
        for (const { examples: owners, length } of packed) {
          for (let row = 0; row < owners.length; row += length) assert.equal(owners[row] >= 0, true);
        }
      }),
    );
  });

  it('gives the same batches each time', () => {
    const examples = Array.from({ length: 20 }, (_, index) => made(index, 3 + ((index * 7) % 11)));
    assert.deepEqual(
      packBatches(examples, { row: 24, microBatch: 48 }),
      packBatches(examples, { row: 24, microBatch: 48 }),
    );
  });

  it('refuses an example longer than a row and a row larger than a micro-batch', () => {
    assert.throws(() => packBatches([made(0, 10)], { row: 8, microBatch: 8 }), /d0 takes 9 places, but a row has 8/);
    assert.throws(() => packBatches([made(0, 3)], { row: 8, microBatch: 4 }), /does not fit into training\.microBatch/);
  });

  it('scores with weight 1 wherever a token counts, every example once', () => {
    const examples = Array.from({ length: 1500 }, (_, index) => made(index, 4 + (index % 5), index % 3));
    const scored = scoringBatches(examples, { row: 16, microBatch: 64 });
    const members = scored.flatMap((batch) => batch.members);
    assert.equal(new Set(members).size, 1500);
    assert.equal(members.length, 1500);
    for (const batch of scored) {
      for (const [{ weights }, places] of unpack(batch))
        assert.deepEqual(
          places.map((place) => place[3]),
          [...weights],
        );
    }
  });

  it('scores no examples with no batches', () => {
    assert.deepEqual(scoringBatches([], { row: 16, microBatch: 64 }), []);
  });
});

describe('filling rows', () => {
  it('loses no item and overfills no row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }),
        fc.integer({ min: 30, max: 64 }),
        (sizes, row) => {
          const rows = packRows(sizes, row);
          assert.deepEqual(
            rows.flat().sort((a, b) => a - b),
            sizes.map((_, item) => item),
          );
          for (const items of rows) assert.ok(sum(items.map((item) => sizes[item])) <= row);
        },
      ),
    );
  });

  it('finds exact fits that taking the longest that fits would miss', () => {
    assert.equal(packRows([6, 5, 5, 4, 4, 3, 3], 10).length, 3);
    assert.equal(packRows([7, 6, 5, 4, 4, 4], 15).length, 2);
  });
});

describe('loss weights', () => {
  it('are the mean over the counted tokens of an example, divided by the examples', () => {
    assert.deepEqual([...lossWeights(made(0, 5, 2), 4)], [0, 0, 0.125, 0.125]);
  });

  it('let a short example weigh as much as a long one', () => {
    assert.equal(sum(lossWeights(made(0, 3), 2)), 0.5);
    assert.ok(Math.abs(sum(lossWeights(made(0, 31), 2)) - 0.5) < 1e-6);
  });

  it('are the weighted mean where tokens weigh differently', () => {
    const example = { ...made(0, 4), weights: Float32Array.of(0.5, 1, 0.5) };
    assert.deepEqual([...lossWeights(example, 1)], [0.25, 0.5, 0.25]);
  });
});

describe('the length of rows', () => {
  it('costs what is computed, padding and attention included', () => {
    assert.equal(packingCost([10, 10, 10], 20, 100), 2 * 20 * 1.2);
    assert.equal(cheapestRow([10, 10, 10], [20, 32, 10], 100), 10);
    assert.equal(cheapestRow([10, 10, 10], [20, 32], 1e9), 32);
    assert.equal(cheapestRow([40, 1], [32, 48, 40]), 48);
    assert.equal(cheapestRow([40], [32, 48, 40]), 40);
  });

  it('leaves less than 5 % padding on batches of 32 documents and questions of usual lengths', () => {
    const schedule = compile({
      dataset: people(),
      recipe: 'mix',
      experiment: experiment({ training: { mixed: { batch: 32 } } }),
    });
    const rows = chooseRows(schedule, 4);
    assert.ok(rows.length <= 4 && rows.every((row) => row % 8 === 0));
    let places = 0;
    let text = 0;
    for (const step of [1, 2, 3].flatMap((epoch) => schedule.plan(schedule.stages[0], epoch))) {
      const examples = step.map((index) => schedule.examples[index]);
      for (const batch of packBatches(examples, { row: rows, microBatch: 8192 })) {
        places += batch.rows * batch.length;
        text += batch.examples.filter((owner) => owner >= 0).length;
      }
    }
    assert.ok(text / places > 0.95, `${text} of ${places}`);
    assert.ok(Math.abs(paddingShare(schedule, schedule.stages[0], rows) - (1 - text / places)) < 0.02);
  });

  it('holds the longest example though the sampled steps may lack it', () => {
    const { documents, questions } = people();
    const long = document('n999', 'test', Array(300).fill('word').join(' '));
    const training = { documents: { batch: 1 }, keptQuestions: 0, epochs: { documents: 1 } };
    const dataset = { documents: [...documents, long], questions };
    for (let seed = 1; seed <= 5; seed++) {
      const schedule = compile({ dataset, seed, recipe: 'cpt', experiment: experiment({ training }) });
      for (const count of [1, 4]) assert.ok(Math.max(...chooseRows(schedule, count)) >= 300);
    }
  });

  it('holds the longest example and stays within a micro-batch', () => {
    const schedule = compile({ dataset: people() });
    const longest = Math.max(...schedule.examples.map(({ tokens }) => tokens.length - 1));
    assert.ok(chooseRows(schedule, 1)[0] >= longest);
    assert.deepEqual(chooseRows(schedule, 1, { most: longest }), [longest]);
    assert.deepEqual(rowsFor(schedule, { row: 100, microBatch: 8192 }), [100]);
    assert.ok(Math.max(...rowsFor(schedule, { row: 'auto', microBatch: 8192 })) >= longest);
  });
});

/** Documents of 45 to 75 tokens and questions of 15 to 25. */
function people() {
  const words = (count: number) => Array(count).fill('word').join(' ');
  const ids = Array.from({ length: 120 }, (_, index) => [`t${index}`, index % 3 ? 'train' : 'test'] as const);
  return {
    documents: ids.map(([id, split], index) => document(id, split, words(44 + ((index * 17) % 31)))),
    questions: ids.flatMap(([id, split], index) =>
      [1, 2, 3].map((ordinal) => question(id, ordinal, split, words(8 + ((index * 5 + ordinal * 3) % 11)), 'one word')),
    ),
  };
}
