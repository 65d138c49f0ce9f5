/**
 * The learner on WebGPU against PyTorch's numbers, to 1e-4. A software driver for Vulkan, such as Chromium brings, does;
 * it compiles every operation anew, so that two models have to stand for all. All tests of the engine run on WebGPU with
 * PIT_TEST_PROVIDER=webgpu, which takes an hour with that driver.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OptimizerSettings } from '../../src/engine/learner';
import { chooseDevice } from '../../src/engine/onnx/choose-device';
import { type Device, processor } from '../../src/engine/onnx/device';
import { OnnxLearner } from '../../src/engine/onnx/learner';
import { readModel } from '../../src/model/folder';
import { readAll } from '../../src/model/weights';
import { apart, assertNear, type Example } from '../unit/engine/support';

const fixtures = path.join(__dirname, '../fixtures/model');

interface Golden {
  generation: { maxTokens: number; stopTokens: number[]; prompts: number[][]; continuations: number[][] };
  training: OptimizerSettings & {
    batches: Example[][];
    steps: { rate: number; loss: number; gradientNorm: number }[];
  };
}

describe('WebGPU (needs a GPU or a software driver for Vulkan)', () => {
  let device: Device;

  before(async function () {
    try {
      device = await chooseDevice('webgpu', 0);
    } catch {
      this.skip();
    }
  });

  for (const name of ['llama-grouped', 'lora-gpt2'])
    it(`trains ${name} as PyTorch does, saves and goes on, and forgets moments as the processor does`, async () => {
      const golden = JSON.parse(readFileSync(path.join(fixtures, name, 'golden.json'), 'utf8')) as Golden;
      const { batches, steps, ...optimizer } = golden.training;
      const learner = await open(name, optimizer);
      const check = async (on: OnnxLearner, step: number) => {
        const { rate, loss, gradientNorm } = steps[step];
        const found = await on.step([apart(batches[step % 2])], rate);
        assertNear([found.loss], [loss], 1e-4, `loss of step ${step}`);
        assertNear([found.gradientNorm], [gradientNorm], 1e-3, `gradient norm of step ${step}`);
      };
      await check(learner, 0);
      await check(learner, 1);
      const folder = await mkdtemp(path.join(tmpdir(), 'pit-gpu-'));
      await learner.save(folder, { optimizer: true });
      await check(learner, 2);
      await learner.restore(folder);
      await check(learner, 2);
      const pieces = batches[1].map((example) => apart([example]));
      const whole = await learner.step(pieces, steps[3].rate);
      assertNear([whole.loss], [steps[3].loss], 1e-4, 'loss of a step in pieces');
      const other = await open(name, optimizer, processor(1));
      const losses = async (on: OnnxLearner) => {
        await on.restore(folder);
        on.resetOptimizer();
        const found: number[] = [];
        for (const { rate } of [steps[2], steps[3]]) found.push((await on.step([apart(batches[0])], rate)).loss);
        return found;
      };
      assertNear(await losses(learner), await losses(other), 1e-4, 'losses from no moments');
      for (const one of [learner, other]) await one.close();
      await rm(folder, { recursive: true });
    });

  it('scores and answers as PyTorch does', async () => {
    const golden = JSON.parse(readFileSync(path.join(fixtures, 'llama-grouped/golden.json'), 'utf8')) as Golden;
    const learner = await open('llama-grouped', golden.training);
    const { prompts, continuations, ...options } = golden.generation;
    const answers = await learner.generate(
      prompts.map((prompt) => Int32Array.from(prompt)),
      { ...options, batch: 8 },
    );
    assert.deepEqual(
      answers.map((answer) => [...answer]),
      continuations,
    );
    const { losses } = await learner.score(apart(golden.training.batches[0]));
    const batch = apart(golden.training.batches[0]);
    const loss = losses.reduce((sum, value, i) => sum + value * batch.weights[i], 0);
    assertNear([loss], [golden.training.steps[0].loss], 1e-5, 'loss');
    await learner.close();
  });

  async function open(name: string, optimizer: OptimizerSettings, on = device): Promise<OnnxLearner> {
    const { config, weights } = await readModel(path.join(fixtures, name));
    return new OnnxLearner({ config, weights: await readAll(config, weights), optimizer, device: on });
  }
});
