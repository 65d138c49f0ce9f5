/** Exported graphs, run by others, against PyTorch's tokens and the engine's own. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PreTrainedModel } from '@huggingface/transformers';
import type { InferenceSession } from 'onnxruntime-node';
import { OnnxAnswerer } from '../../../src/engine/onnx/answerer';
import { writeOnnxModel } from '../../../src/engine/onnx/exported-files';
import { type Model, readModel } from '../../../src/model/folder';
import { merged } from '../../../src/model/merge';
import { countParameters } from '../../../src/model/parameters';
import { readAll } from '../../../src/model/weights';
import { checkpointNames, checkpoints } from './checkpoints';
import { greedyByHand, greedyByTransformersJs, loadForTransformersJs, openByHand } from './others';
import { Random } from './support';

interface Golden {
  generation: { maxTokens: number; stopTokens: number[]; prompts: number[][]; continuations: number[][] };
}

const root = mkdtempSync(path.join(tmpdir(), 'pit-exported-'));
after(() => rmSync(root, { recursive: true }));

const modelOf = async (name: string) => merged(await readModel(path.join(checkpoints, name)));

async function exported(model: Model, name: string, limit?: number): Promise<string> {
  const folder = path.join(root, name);
  mkdirSync(folder);
  await writeOnnxModel(folder, model, limit);
  return folder;
}

/** What the engine itself answers, `count` tokens to each prompt. */
async function ownAnswers({ config, weights }: Model, prompts: readonly number[][], count: number) {
  const answerer = await OnnxAnswerer.open({ config, weights: await readAll(config, weights), threads: 1 });
  const asked = prompts.map((prompt) => Int32Array.from(prompt));
  const answers = await answerer.generate(asked, { maxTokens: count, batch: asked.length, stopTokens: [] });
  await answerer.close();
  return answers.map((answer) => [...answer]);
}

/** What stands before the first of the stop tokens. */
function ended(row: readonly number[], stopTokens: readonly number[]): number[] {
  const end = row.findIndex((token) => stopTokens.includes(token));
  return end < 0 ? [...row] : row.slice(0, end);
}

for (const name of checkpointNames) {
  describe(`${name} as an ONNX model`, () => {
    const { generation } = JSON.parse(readFileSync(path.join(checkpoints, name, 'golden.json'), 'utf8')) as Golden;
    const { prompts, maxTokens, stopTokens, continuations } = generation;
    let model: Model;
    let session: InferenceSession;
    let theirs: PreTrainedModel;

    before(async () => {
      model = await modelOf(name);
      const folder = await exported(model, name);
      session = await openByHand(folder);
      theirs = await loadForTransformersJs(folder);
    });
    after(() => Promise.all([session.release(), theirs.dispose()]));

    /** The prompts together in a padded batch, and each alone. */
    async function check(greedy: (asked: number[][], count: number) => Promise<number[][]>): Promise<void> {
      const together = await greedy(prompts, maxTokens);
      const alone = [];
      for (const prompt of prompts) alone.push(...(await greedy([prompt], maxTokens)));
      for (const answers of [together, alone])
        assert.deepEqual(
          answers.map((answer) => ended(answer, stopTokens)),
          continuations,
        );
    }

    it('gives the tokens of PyTorch, in a padded batch and alone', () =>
      check((asked, count) => greedyByHand(session, asked, count)));

    it('gives them through transformers.js', () =>
      check((asked, count) => greedyByTransformersJs(theirs, asked, count)));

    it('answers as the engine does', async () => {
      const random = new Random(3);
      const many = Array.from({ length: 16 }, () => random.tokens(random.whole(1, 30), model.config));
      assert.deepEqual(await greedyByHand(session, many, 8), await ownAnswers(model, many, 8));
    });
  });
}

describe('an ONNX model', () => {
  let model: Model;
  const bytes = () => 4 * countParameters(model.config);
  const files = (folder: string) => readdirSync(path.join(folder, 'onnx')).sort();

  before(async () => {
    model = await modelOf('qwen3');
  });

  it('is one file up to the limit, and has its weights beside it above', async () => {
    const within = await exported(model, 'within', bytes());
    const above = await exported(model, 'above', bytes() - 1);
    assert.deepEqual(files(within), ['model.onnx']);
    assert.deepEqual(files(above), ['model.onnx', 'model.onnx_data']);
    assert.equal(readFileSync(path.join(above, 'onnx/model.onnx_data')).length, bytes());
    const random = new Random(8);
    const prompts = Array.from({ length: 6 }, () => random.tokens(random.whole(1, 30), model.config));
    const answersOf = async (folder: string) => {
      const session = await openByHand(folder);
      const byHand = await greedyByHand(session, prompts, 8);
      await session.release();
      const theirs = await loadForTransformersJs(folder);
      const byThem = await greedyByTransformersJs(theirs, prompts, 8);
      await theirs.dispose();
      return { byHand, byThem };
    };
    const expected = await answersOf(within);
    assert.ok(new Set(expected.byHand.flat()).size > 10);
    assert.deepEqual(await answersOf(above), expected);
  });
});
