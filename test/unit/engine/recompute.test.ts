/** Blocks that are computed again for the way back, against the same blocks kept: every family, and adapters. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readModel } from '../../../src/model/folder';
import { readAll } from '../../../src/model/weights';
import { adam, assertNear, gradientsOf, pack, provider, Random } from './support';
import { processor } from '../../../src/engine/onnx/device';
import { OnnxLearner } from '../../../src/engine/onnx/learner';

const fixtures = path.join(__dirname, '../../fixtures/model');
const isModel = (name: string) =>
  ['config.json', 'adapter_config.json'].some((file) => existsSync(path.join(fixtures, name, file)));
const models = readdirSync(fixtures).filter(isModel);

describe('blocks that are computed again', () => {
  for (const name of models)
    it(`give ${name} the same loss and gradients`, async () => {
      const { config, weights, batch } = await opened(name);
      const kept = await gradientsOf(config, weights, batch);
      const again = await gradientsOf(config, weights, batch, true);
      assertSame([again.loss], [kept.loss], 'loss');
      assert.deepEqual([...again.gradients.keys()], [...kept.gradients.keys()]);
      for (const [weight, gradient] of kept.gradients) assertSame(again.gradients.get(weight)!, gradient, weight);
    });

  for (const name of ['llama-grouped', 'lora'])
    it(`train ${name} to the same weights, at once and in pieces`, async () => {
      const { config, weights, batch } = await opened(name);
      const found = [];
      for (const recompute of [false, true]) {
        const own = new Map([...weights].map(([key, values]) => [key, values.slice()]));
        const device = { ...processor(2), provider };
        const learner = new OnnxLearner({ config, weights: own, optimizer: adam, device, recompute });
        const steps = [await learner.step([batch], 1e-2), await learner.step([batch, batch], 1e-2)];
        const { losses, hits } = await learner.score(batch);
        const ofPlaces = [...steps.flatMap((step) => step.losses), losses].flatMap((all) => [...all]);
        found.push({ losses: ofPlaces, norms: steps.map(({ gradientNorm }) => gradientNorm), hits });
        await learner.close();
      }
      const [kept, again] = found;
      assertSame(again.losses, kept.losses, 'losses');
      assertSame(again.norms, kept.norms, 'gradient norms');
      assert.deepEqual(again.hits, kept.hits);
    });
});

/** To the last bit on the processor; WebGPU adds up the gradients of a token in any order. */
function assertSame(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  if (provider === 'cpu') assert.deepEqual(found, expected, what);
  else assertNear(found, expected, 1e-5, what);
}

async function opened(name: string) {
  const { config, weights } = await readModel(path.join(fixtures, name));
  const random = new Random(3);
  const [a, b, c] = [7, 12, 9].map((length) => random.example(length, config));
  return { config, weights: await readAll(config, weights), batch: pack([[a, b], [c]], 20) };
}
