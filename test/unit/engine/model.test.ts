/** Loss and gradients of the whole model against TensorFlow.js and against finite differences. */
import assert from 'node:assert/strict';
import type { ModelConfig } from '../../../src/model/config';
import { lossAndGradients } from './reference';
import { apart, assertNear, dot, gradientsOf, learnerOf, norm, pack, Random, randomWeights, tiny } from './support';

const models: Record<string, ModelConfig> = {
  'tied, grouped queries': tiny,
  'untied, every query with its own keys': { ...tiny, tiedEmbeddings: false, kvHeads: 4 },
};

for (const [name, config] of Object.entries(models)) {
  describe(`gradients of a model (${name})`, () => {
    const random = new Random(7);
    const examples = [5, 9, 3, 2, 12].map((length) => random.example(length, config));
    const [a, b, c, d, e] = examples;
    const batch = pack(
      [
        [a, b, c],
        [e, d],
      ],
      17,
    );
    const weights = randomWeights(config, 11);

    it('equal those of TensorFlow.js, weight by weight', async () => {
      const expected = lossAndGradients(config, weights, examples);
      const { loss, gradients } = await gradientsOf(config, weights, batch);
      assertNear([loss], [expected.loss], 1e-6, 'loss');
      for (const [weight, gradient] of expected.gradients) {
        assert.ok(norm(gradient) > 0, weight);
        assertNear(gradients.get(weight)!, gradient, 2e-5, weight);
      }
    });

    it('equal finite differences of the engine’s own losses', async () => {
      const { gradients } = await gradientsOf(config, weights, batch);
      const lossAt = async (weight: string, direction: Float32Array, step: number) => {
        const moved = weights.get(weight)!.map((x, i) => x + step * direction[i]);
        const learner = learnerOf(config, new Map([...weights, [weight, moved]]));
        const { losses } = await learner.score(batch);
        await learner.close();
        return dot(losses, batch.weights);
      };
      for (const [weight, gradient] of gradients) {
        const direction = random.normal(gradient.length);
        const slope = dot(gradient, direction);
        const measured = ((await lossAt(weight, direction, 1e-3)) - (await lossAt(weight, direction, -1e-3))) / 2e-3;
        const allowed = 0.01 * norm(gradient);
        assert.ok(Math.abs(slope - measured) < allowed, `${weight}: ${slope}, measured ${measured} ± ${allowed}`);
      }
    });

    it('do not depend on how examples are packed', async () => {
      const packed = await gradientsOf(config, weights, batch);
      const alone = await gradientsOf(config, weights, apart(examples));
      assertNear([packed.loss], [alone.loss], 1e-6, 'loss');
      for (const [weight, gradient] of alone.gradients)
        assertNear(packed.gradients.get(weight)!, gradient, 1e-5, weight);
    });
  });
}
