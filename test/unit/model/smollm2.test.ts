/**
 * A real model: SmolLM2-135M-Instruct as `pit import` makes it from its Q4_1 file, against transformers. The model is too
 * large to be held here: name its folder in PIT_SMOLLM2. See test/oracle/gguf/smollm2.py.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { processor } from '../../../src/engine/onnx/device';
import { OnnxLearner } from '../../../src/engine/onnx/learner';
import { readModel } from '../../../src/model/folder';
import { readAll } from '../../../src/model/weights';
import { adam, apart, assertNear } from '../engine/support';

const golden = JSON.parse(readFileSync(path.join(__dirname, '../../fixtures/model/smollm2.json'), 'utf8')) as {
  prompts: number[][];
  continuations: number[][];
  text: number[];
  losses: number[];
};

describe('SmolLM2-135M-Instruct (needs its folder in PIT_SMOLLM2)', () => {
  it('gives the losses and the 64 greedy tokens of transformers', async function () {
    const folder = process.env.PIT_SMOLLM2;
    if (!folder) return this.skip();
    const { config, weights } = await readModel(folder);
    const all = await readAll(config, weights);
    const learner = new OnnxLearner({ config, weights: all, optimizer: adam, device: processor(0) });
    const example = { tokens: golden.text, weights: golden.losses.map(() => 1) };
    assertNear((await learner.score(apart([example]))).losses, golden.losses, 1e-5, 'losses');
    const prompts = golden.prompts.map((prompt) => Int32Array.from(prompt));
    const answers = await learner.generate(prompts, { maxTokens: 64, batch: 3, stopTokens: config.stopTokens });
    assert.deepEqual(
      answers.map((answer) => [...answer]),
      golden.continuations,
    );
    await learner.close();
  });
});
