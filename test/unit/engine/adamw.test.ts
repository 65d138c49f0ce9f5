/** The optimiser against AdamW written out in plain numbers, over several steps. */
import assert from 'node:assert/strict';
import { Tensor } from 'onnxruntime-node';
import type { OptimizerSettings } from '../../../src/engine/learner';
import { processor } from '../../../src/engine/onnx/device';
import { gradientOf } from '../../../src/engine/onnx/graphs';
import { Optimizer } from '../../../src/engine/onnx/optimizer';
import { Programs } from '../../../src/engine/onnx/programs';
import { TrainingState } from '../../../src/engine/onnx/state';
import { Transfer } from '../../../src/engine/onnx/transfer';
import { parametersOf } from '../../../src/model/parameters';
import {
  adam,
  apart,
  assertNear,
  gradientsOf,
  learnerOf,
  norm,
  type Numbers,
  provider,
  Random,
  randomWeights,
  tiny,
  weightsOf,
} from './support';

const config = { ...tiny, layers: 1 };
const parameters = parametersOf(config);

/** Loshchilov and Hutter (2019), algorithm 2, with the gradient clipped by its global norm; in double precision. */
class PlainAdamW {
  private readonly first: Map<string, Float64Array>;
  private readonly second: Map<string, Float64Array>;
  private t = 0;

  constructor(
    readonly weights: Map<string, Float64Array>,
    private readonly settings: OptimizerSettings,
  ) {
    const zeros = () => new Map([...weights].map(([name, { length }]) => [name, new Float64Array(length)]));
    [this.first, this.second] = [zeros(), zeros()];
  }

  step(gradients: Numbers, rate: number): void {
    const { beta1, beta2, epsilon, weightDecay, clip } = this.settings;
    const size = norm(...gradients.values());
    const shrink = clip > 0 && size > clip ? clip / size : 1;
    this.t++;
    for (const [name, w] of this.weights) {
      const [m, v] = [this.first.get(name)!, this.second.get(name)!];
      const decay = name.includes('norm') ? 0 : weightDecay;
      gradients.get(name)!.forEach((gradient, i) => {
        const g = gradient * shrink;
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        const direction = m[i] / (1 - beta1 ** this.t) / (Math.sqrt(v[i] / (1 - beta2 ** this.t)) + epsilon);
        w[i] -= rate * direction + rate * decay * w[i];
      });
    }
  }
}

const doubles = (weights: Numbers) => new Map([...weights].map(([name, w]) => [name, Float64Array.from(w)]));

const cases: Record<string, OptimizerSettings> = {
  'with clipping and decay': adam,
  'without clipping': { ...adam, clip: 0 },
  'with a limit that is seldom reached': { ...adam, clip: 60 },
  'without decay': { ...adam, weightDecay: 0 },
  'with other averages and a large epsilon': { beta1: 0.5, beta2: 0.99, epsilon: 1e-2, weightDecay: 0.3, clip: 5 },
};

describe('AdamW', () => {
  for (const [name, settings] of Object.entries(cases)) {
    it(`${name} moves weights as the formula says`, async () => {
      const random = new Random(1);
      const weights = randomWeights(config, 8);
      const plain = new PlainAdamW(doubles(weights), settings);
      const programs = new Programs({ ...processor(1), provider });
      const optimizer = new Optimizer(config, settings, programs, 100);
      const transfer = provider === 'cpu' ? undefined : new Transfer(2);
      const state = new TrainingState(config, new Map(weights), transfer);
      for (let t = 1; t <= 6; t++) {
        const rate = 0.05 / t;
        const gradients = new Map([...weights].map(([key, w]) => [key, random.normal(w.length, t)]));
        const tensors = parameters.map(({ name: key, shape }) => [
          gradientOf(key),
          new Tensor('float32', gradients.get(key)!, shape),
        ]);
        await optimizer.step(state, Object.fromEntries(tensors), { rate, norm: norm(...gradients.values()) });
        plain.step(gradients, rate);
        const found = await state.weightsHere();
        for (const [key, w] of plain.weights) assertNear(found.get(key)!, w, 2e-6, `${key} after step ${t}`);
      }
      await Promise.all([programs.forget(), transfer?.close()]);
    });
  }

  it('is what a learner’s step does with the gradients of its batch', async () => {
    const random = new Random(6);
    const batch = apart([7, 4, 10].map((length) => random.example(length, config)));
    const weights = randomWeights(config, 3);
    const learner = learnerOf(config, weights);
    const plain = new PlainAdamW(doubles(weights), adam);
    for (let step = 0; step < 5; step++) {
      const before = await weightsOf(learner);
      const { loss, gradients } = await gradientsOf(config, before, batch);
      const result = await learner.step([batch], 2e-3);
      plain.step(gradients, 2e-3);
      assertNear([result.loss], [loss], 1e-6, 'loss');
      assertNear([result.gradientNorm], [norm(...gradients.values())], 1e-5, 'norm');
      for (const [name, w] of await weightsOf(learner)) assertNear(w, plain.weights.get(name)!, 2e-5, name);
    }
    await learner.close();
  });

  it('starts anew after a reset: moments and step count are forgotten, weights are not', async () => {
    const random = new Random(2);
    const batch = apart([random.example(9, config)]);
    const learner = learnerOf(config, randomWeights(config, 5));
    for (let step = 0; step < 3; step++) await learner.step([batch], 1e-2);
    const fresh = learnerOf(config, await weightsOf(learner));
    learner.resetOptimizer();
    assert.deepEqual(await learner.step([batch], 1e-2), await fresh.step([batch], 1e-2));
    assert.deepEqual(await weightsOf(learner), await weightsOf(fresh));
    await Promise.all([learner.close(), fresh.close()]);
  });
});
