/** What packing and accumulation may not change: neither a loss, nor a gradient, nor a weight after training. */
import assert from 'node:assert/strict';
import type { Batch } from '../../../src/engine/learner';
import type { OnnxLearner } from '../../../src/engine/onnx/learner';
import { apart, assertNear, type Example, learnerOf, pack, Random, randomWeights, tiny, weightsOf } from './support';

const random = new Random(5);
const examples = [6, 3, 11, 2, 8, 5].map((length) => random.example(length, tiny));
const weights = randomWeights(tiny, 2);

/** Losses of the scored places, example by example. */
async function lossesOf(learner: OnnxLearner, batch: Batch): Promise<number[][]> {
  const { losses } = await learner.score(batch);
  return Array.from({ length: batch.exampleCount }, (_, example) =>
    Array.from(losses).filter((_, place) => batch.examples[place] === example && batch.weights[place] > 0),
  );
}

describe('packing', () => {
  let learner: OnnxLearner;
  before(() => (learner = learnerOf(tiny, weights)));
  after(() => learner.close());

  const packings: Record<string, Batch> = {
    'one row': pack([examples], 29),
    'one row with padding': pack([examples], 40),
    'two rows': pack([examples.slice(0, 3), examples.slice(3)], 20),
    'rows of padding': pack([examples.slice(0, 3), [], examples.slice(3), []], 18),
  };

  for (const [name, batch] of Object.entries(packings)) {
    it(`into ${name} leaves every loss what it is for the example alone`, async () => {
      const found = await lossesOf(learner, batch);
      for (const [i, example] of examples.entries()) {
        const [alone] = await lossesOf(learner, apart([example]));
        assert.equal(found[i].length, example.weights.filter((weight) => weight > 0).length);
        assertNear(found[i], alone, 2e-6, `example ${i}`);
      }
    });
  }

  it('lets no example see what stands in its row, whatever it is', async () => {
    const [first, second, third] = examples;
    const other: Example = { tokens: random.tokens(11, tiny), weights: third.weights };
    const before = await lossesOf(learner, pack([[first, third, second]], 20));
    const after = await lossesOf(learner, pack([[first, other, second]], 20));
    assert.notDeepEqual(before[1], after[1]);
    assert.deepEqual([after[0], after[2]], [before[0], before[2]]);
  });

  it('takes the first place of an example for a first place, not for one in the row', async () => {
    const moved = pack([examples.slice(0, 2)], 20);
    moved.positions.forEach(
      (position, place) => (moved.positions[place] = position + (moved.examples[place] === 1 ? 3 : 0)),
    );
    const [, shifted] = await lossesOf(learner, moved);
    const [, kept] = await lossesOf(learner, pack([examples.slice(0, 2)], 20));
    // Rotary positions are relative, so a shift of the whole example changes nothing but rounding.
    assertNear(shifted, kept, 1e-5, 'shifted');
  });

  it('leaves padding without influence, whatever stands in it', async () => {
    const clean = pack([examples.slice(0, 2)], 20);
    const dirty = pack([examples.slice(0, 2)], 20);
    dirty.examples.forEach((example, place) => {
      if (example === -1) [dirty.tokens[place], dirty.targets[place], dirty.positions[place]] = [7, 9, place];
    });
    const [a, b] = [learnerOf(tiny, weights), learnerOf(tiny, weights)];
    assertNear([(await a.step([clean], 1e-2)).loss], [(await b.step([dirty], 1e-2)).loss], 1e-6, 'loss');
    const trained = await weightsOf(b);
    for (const [name, values] of await weightsOf(a)) assertNear(trained.get(name)!, values, 1e-5, name);
    await Promise.all([a.close(), b.close()]);
  });
});

describe('the losses of a step', () => {
  it('are those that score gives before it, and add up to the loss', async () => {
    const learner = learnerOf(tiny, weights);
    const batches = [pack([examples.slice(0, 3)], 20), pack([examples.slice(3)], 15)];
    const scores = [await learner.score(batches[0]), await learner.score(batches[1])];
    const { loss, losses } = await learner.step(batches, 1e-2);
    losses.forEach((list, i) => assertNear(list, scores[i].losses, 2e-6, `micro-batch ${i}`));
    const sum = losses.flatMap((list, i) => [...list.map((x, place) => x * batches[i].weights[place])]);
    assertNear([loss], [sum.reduce((a, b) => a + b)], 1e-6, 'loss');
    await learner.close();
  });
});

describe('accumulation', () => {
  const whole = [apart(examples)];
  const parts = {
    'two micro-batches': [apart(examples.slice(0, 3)), apart(examples.slice(3))],
    'a micro-batch for each example': examples.map((example) => apart([example])),
    'micro-batches of different lengths': [
      pack([examples.slice(0, 2)], 12),
      pack([[examples[2]], examples.slice(3)], 30),
    ],
  };

  for (const [name, batches] of Object.entries(parts)) {
    it(`of ${name} equals one large batch, step after step`, async () => {
      const [large, small] = [learnerOf(tiny, weights), learnerOf(tiny, weights)];
      for (let step = 0; step < 4; step++) {
        const expected = await large.step(whole, 3e-3);
        const found = await small.step(batches, 3e-3);
        assertNear([found.loss], [expected.loss], 2e-5, `loss of step ${step}`);
        assertNear([found.gradientNorm], [expected.gradientNorm], 1e-4, `gradient norm of step ${step}`);
      }
      const trained = await weightsOf(small);
      for (const [weight, values] of await weightsOf(large)) assertNear(trained.get(weight)!, values, 1e-3, weight);
      await Promise.all([large.close(), small.close()]);
    });
  }

  it('starts from nothing in every step', async () => {
    const learner = learnerOf(tiny, weights);
    const norms = [];
    for (let step = 0; step < 3; step++) norms.push((await learner.step(parts['two micro-batches'], 0)).gradientNorm);
    assert.deepEqual(norms, [norms[0], norms[0], norms[0]]);
    await learner.close();
  });
});
