/** Scores, gradients, training and generation against PyTorch and transformers: see test/oracle/families/README.md. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { OptimizerSettings } from '../../../src/engine/learner';
import type { OnnxLearner } from '../../../src/engine/onnx/learner';
import type { ModelConfig } from '../../../src/model/config';
import { readModel } from '../../../src/model/folder';
import { parametersOf } from '../../../src/model/parameters';
import { join, tensorsOf } from '../../../src/model/stored';
import {
  adam,
  apart,
  assertNear,
  type Example,
  gradientsOf,
  learnerOf,
  norm,
  type Numbers,
  pack,
  trainedOf,
} from './support';

/** By weight: its norm, and its first numbers. */
interface Heads {
  norms: Record<string, number>;
  heads: Record<string, number[]>;
}

interface Golden {
  scores: { tokens: number[]; losses: number[]; lastLogits: number[] }[];
  gradients: Heads & { examples: Example[]; loss: number; globalNorm: number };
  generation: { maxTokens: number; stopTokens: number[]; prompts: number[][]; continuations: number[][] };
  training: OptimizerSettings & {
    batches: Example[][];
    steps: { rate: number; loss: number; gradientNorm: number }[];
    final: Heads;
  };
}

const models = [
  'llama-tied',
  'llama-grouped',
  'llama-scaled',
  'llama-linear',
  'llama-stops',
  'qwen2-yarn',
  'mistral',
  'qwen2',
  'qwen3',
  'olmo2',
  'gpt-neox',
  'gpt-neox-sequential',
  'gpt2',
  'lora',
  'lora-gpt2',
  'lora-gpt-neox',
];

for (const name of models) {
  describe(`${name} equals PyTorch`, () => {
    const folder = path.join(__dirname, '../../fixtures/model', name);
    let golden: Golden;
    let weights: Map<string, Float32Array>;
    let config: Awaited<ReturnType<typeof readModel>>['config'];

    before(async () => {
      golden = JSON.parse(await readFile(path.join(folder, 'golden.json'), 'utf8'));
      const model = await readModel(folder);
      config = model.config;
      const names = parametersOf(config).map((parameter) => parameter.name);
      weights = new Map(await Promise.all(names.map(async (key) => [key, await model.weights.read(key)] as const)));
    });

    const using = async (optimizer: OptimizerSettings, work: (learner: OnnxLearner) => Promise<void>) => {
      const learner = learnerOf(config, weights, { optimizer });
      await work(learner);
      await learner.close();
    };

    it('in the loss of every token, packed into one row', () =>
      using(adam, async (learner) => {
        const examples = golden.scores.map(({ tokens, losses }) => ({ tokens, weights: losses.map(() => 1) }));
        const expected = golden.scores.flatMap(({ losses }) => losses);
        const { losses } = await learner.score(pack([examples], expected.length));
        assertNear(losses, expected, 2e-6, 'losses');
      }));

    it('in the most likely token', () =>
      using(adam, async (learner) => {
        for (const { tokens, lastLogits } of golden.scores) {
          const best = lastLogits.indexOf(Math.max(...lastLogits));
          for (const [target, hit] of [
            [best, 1],
            [(best + 1) % config.vocabSize, 0],
          ]) {
            const last = {
              tokens: [...tokens, target],
              weights: tokens.map((_, i) => Number(i === tokens.length - 1)),
            };
            const { hits } = await learner.score(apart([last]));
            assert.equal(hits[tokens.length - 1], hit);
          }
        }
      }));

    it('in the gradient of every weight', async () => {
      const { examples, loss, globalNorm, norms, heads } = golden.gradients;
      const found = await gradientsOf(config, weights, pack([examples.slice(0, 2), examples.slice(2)], 40));
      assertNear([found.loss], [loss], 2e-6, 'loss');
      assertNear([norm(...found.gradients.values())], [globalNorm], 1e-5, 'global norm');
      const gradients = asStored(config, found.gradients);
      assert.deepEqual(new Set(gradients.keys()), new Set(Object.keys(norms)));
      compare(gradients, { norms, heads }, 1e-4);
    });

    it('in 20 steps of training', () =>
      using(golden.training, async (learner) => {
        const { batches, steps, final } = golden.training;
        for (const [i, { rate, loss, gradientNorm }] of steps.entries()) {
          const result = await learner.step([apart(batches[i % 2])], rate);
          assertNear([result.loss], [loss], 1e-4, `loss of step ${i}`);
          assertNear([result.gradientNorm], [gradientNorm], 1e-3, `gradient norm of step ${i}`);
        }
        compare(asStored(config, await trainedOf(learner)), final, 1e-3);
      }));

    it('in greedy continuations, alone and together', () =>
      using(adam, async (learner) => {
        const { prompts, continuations, maxTokens, stopTokens } = golden.generation;
        assert.deepEqual(config.stopTokens, stopTokens);
        const asked = prompts.map((prompt) => Int32Array.from(prompt));
        for (const batch of [1, prompts.length]) {
          const answers = await learner.generate(asked, { maxTokens, stopTokens: config.stopTokens, batch });
          assert.deepEqual(
            answers.map((answer) => [...answer]),
            continuations,
          );
        }
      }));
  });
}

/** By the names and in the layout of the checkpoint. */
function asStored(config: ModelConfig, values: Numbers): Map<string, Float32Array> {
  if (config.lora) return new Map([...values].map(([name, list]) => [`base_model.model.${name}`, list]));
  return new Map(tensorsOf(config).map((tensor) => [tensor.name, join(tensor, config, (name) => values.get(name)!)]));
}

/** Norms and first numbers of every weight's list, to a relative tolerance. */
function compare(found: ReadonlyMap<string, Float32Array>, { norms, heads }: Heads, tolerance: number): void {
  for (const [name, values] of found) {
    assertNear([norm(values)], [norms[name]], tolerance, name);
    assertNear(values.slice(0, heads[name].length), heads[name], 10 * tolerance, name);
  }
}
