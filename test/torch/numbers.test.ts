/**
 * The torch learner against the embedded one, number by number, from one checkpoint in fp32: the losses of 50 steps to
 * 1e-4, greedy answers to the token, on one process and on two that share the model.
 */
import assert from 'node:assert/strict';
import type { Learner } from '../../src/engine/learner';
import type { TorchLearner } from '../../src/engine/torch/learner';
import { readModel } from '../../src/model/folder';
import { trainedParameters } from '../../src/model/parameters';
import type { Example } from '../unit/engine/support';
import { beginningOf, layouts, type Model, modelOf, newFolder, openOnnx, openTorch, randomSteps } from './support';

const steps = 50;
const rate = 3e-3;

interface Kind {
  title: string;
  fixture: string;
  rank?: number;
}

/** On one process and on two. */
const kinds: Kind[] = [
  { title: 'llama with tied embeddings', fixture: 'llama-tied' },
  { title: 'adapters of a llama', fixture: 'llama-grouped', rank: 4 },
];

for (const { title, fixture, rank } of kinds)
  describe(`torch computes as onnx does: ${title}`, () => {
    let model: Model;
    let batches: Example[][];
    let expected: Trained;
    let one: TorchLearner;
    let two: TorchLearner;

    before('train with onnx, and start processes', async () => {
      model = await modelOf(fixture, rank);
      batches = randomSteps(steps, model.config, 11);
      expected = await train(await openOnnx(model), batches, 'packed');
      assert.ok(expected.losses.at(-1)! < expected.losses[0], 'It learns');
      [one, two] = await Promise.all([openTorch(model, 1), openTorch(model, 2)]);
    });

    beforeEach('begin anew', () => Promise.all([one, two].map((learner) => learner.restore(beginningOf(model)))));

    after(() => Promise.all([one?.close(), two?.close()]));

    for (const layout of Object.keys(layouts))
      it(layout, async () => compare(await train(one, batches, layout), expected));

    it('on two processes, of which one may have no row', async () =>
      compare(await train(two, batches, 'packed, in micro-batches'), expected));

    it('saved on two processes and gone on with on one, and the other way round', async () => {
      for (const [first, second] of [
        [two, one],
        [one, two],
      ]) {
        const folder = newFolder();
        await first.restore(beginningOf(model));
        const losses = await lossesOf(first, batches.slice(0, 20), 'packed');
        await first.save(folder, { optimizer: true });
        await second.restore(folder);
        losses.push(...(await lossesOf(second, batches.slice(20), 'packed')));
        near(losses, expected.losses, 'losses');
      }
    });

    it('forgets moments as onnx does', async () => {
      const withReset = async (learner: Learner) => {
        const before = await lossesOf(learner, batches.slice(0, 5), 'packed');
        await learner.resetOptimizer();
        return [...before, ...(await lossesOf(learner, batches.slice(5, 10), 'packed'))];
      };
      near(await withReset(two), await withReset(await openOnnx(model)), 'losses');
    });

    it('saves what onnx opens, with the same weights', async () => {
      const [folder, onnxFolder] = [newFolder(), newFolder()];
      const onnx = await openOnnx(model);
      for (const learner of [two, onnx]) await lossesOf(learner, batches.slice(0, 10), 'packed');
      await two.save(folder, { optimizer: false });
      await onnx.save(onnxFolder, { optimizer: false });
      const [found, wanted] = [await readModel(folder), await readModel(onnxFolder)];
      // What is added to all keys moves no softmax: its gradient is rounding alone, which Adam makes large.
      const names = trainedParameters(model.config).map(({ name }) => name);
      for (const name of names.filter((each) => !each.endsWith('k_proj.bias')))
        near(await found.weights.read(name), await wanted.weights.read(name), name, 1e-3);
    });

    it('counts the same numbers', async () => {
      const { parameters } = await openOnnx(model);
      assert.deepEqual([one.parameters, two.parameters], [parameters, parameters]);
    });
  });

describe('torch computes as onnx does: gpt2', () => {
  it('packed, in micro-batches', async () => {
    const model = await modelOf('gpt2');
    const batches = randomSteps(steps, model.config, 11);
    const one = await openTorch(model, 1);
    try {
      const expected = await train(await openOnnx(model), batches, 'packed');
      compare(await train(one, batches, 'packed, in micro-batches'), expected);
    } finally {
      await one.close();
    }
  });
});

interface Trained {
  losses: number[];
  norms: number[];
  /** Of the last step, place by place. */
  places: Float32Array[];
  score: { losses: Float32Array; hits: Uint8Array };
  answers: number[][];
}

/** 50 steps, and then what the model knows. */
async function train(learner: Learner, batches: readonly Example[][], layout: string): Promise<Trained> {
  const trained: Pick<Trained, 'losses' | 'norms' | 'places'> = { losses: [], norms: [], places: [] };
  for (const examples of batches) {
    const { loss, gradientNorm, losses } = await learner.step(layouts[layout](examples), rate);
    trained.losses.push(loss);
    trained.norms.push(gradientNorm);
    trained.places = losses;
  }
  const [batch] = layouts.packed(batches[0]);
  const prompts = batches[1].map(({ tokens }, i) => Int32Array.from(tokens.slice(0, 2 + i)));
  const answers = await learner.generate(prompts, { maxTokens: 12, batch: 4, stopTokens: [2, 7] });
  return { ...trained, score: await learner.score(batch), answers: answers.map((answer) => [...answer]) };
}

async function lossesOf(learner: Learner, batches: readonly Example[][], layout: string): Promise<number[]> {
  const losses: number[] = [];
  for (const examples of batches) losses.push((await learner.step(layouts[layout](examples), rate)).loss);
  return losses;
}

function compare(found: Trained, expected: Trained): void {
  near(found.losses, expected.losses, 'losses');
  near(found.norms, expected.norms, 'gradient norms', 1e-3);
  assert.equal(found.losses.length, steps);
  near(found.score.losses, expected.score.losses, 'losses of places', 1e-3);
  assert.deepEqual([...found.score.hits], [...expected.score.hits]);
  assert.deepEqual(found.answers, expected.answers);
}

function near(found: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = 1e-4): void {
  assert.equal(found.length, expected.length, what);
  Array.from(found).forEach((value, i) => {
    const close = Math.abs(value - expected[i]) <= tolerance;
    assert.ok(close, `${what}: ${value} at ${i}, expected ${expected[i]}`);
  });
}
