/** Answers of a model whose weights are mapped from its files against those of the same weights in memory. */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OnnxAnswerer } from '../../../src/engine/onnx/answerer';
import { mappedWeights } from '../../../src/engine/onnx/mapped';
import { type Model, readModel } from '../../../src/model/folder';
import { readAll } from '../../../src/model/weights';
import { UserError } from '../../../src/errors';

const fixtures = path.join(__dirname, '../../fixtures/model');
const prompts = [[3, 4, 5], [6], [7, 8, 9, 10, 11]].map((ids) => Int32Array.from(ids));
const options = { maxTokens: 8, batch: 2, stopTokens: [] };

async function answersOf(open: Promise<OnnxAnswerer>): Promise<Int32Array[]> {
  const answerer = await open;
  const answers = await answerer.generate(prompts, options);
  await answerer.close();
  return answers;
}

async function inMemory({ config, weights }: Model): Promise<OnnxAnswerer> {
  return OnnxAnswerer.open({ config, weights: await readAll(config, weights), threads: 1 });
}

describe('weights that are mapped', () => {
  let place: string;

  before(async () => (place = await mkdtemp(path.join(tmpdir(), 'pit-mapped-'))));
  after(() => rm(place, { recursive: true }));

  for (const [name, isMapped] of [
    ['llama-tied', true],
    ['llama-grouped', true],
    ['gpt2', false],
  ] as const)
    it(`answer as those in memory do: ${name}, ${isMapped ? 'as it lies there' : 'which is turned and so read'}`, async () => {
      const model = await readModel(path.join(fixtures, name));
      assert.equal((await mappedWeights(model)) !== undefined, isMapped && process.platform !== 'win32');
      assert.deepEqual(await answersOf(OnnxAnswerer.openFiles(model, 2)), await answersOf(inMemory(model)));
    });

  it('may be links to where they lie, as in the cache of the hub', async () => {
    const [folder, blobs] = ['snapshot', 'blobs'].map((name) => path.join(place, name));
    await cp(path.join(fixtures, 'llama-tied'), folder, { recursive: true });
    await mkdir(blobs);
    await rename(path.join(folder, 'model.safetensors'), path.join(blobs, 'c0ffee'));
    await symlink(path.join('..', 'blobs', 'c0ffee'), path.join(folder, 'model.safetensors'));
    const model = await readModel(folder);
    assert.deepEqual(await answersOf(OnnxAnswerer.openFiles(model, 2)), await answersOf(inMemory(model)));
  });

  it('are refused where one is no number', async () => {
    const folder = path.join(place, 'broken');
    await cp(path.join(fixtures, 'llama-tied'), folder, { recursive: true });
    const { start } = [...(await readModel(folder)).weights.entries.values()][0];
    const file = path.join(folder, 'model.safetensors');
    const bytes = await readFile(file);
    bytes.writeFloatLE(NaN, start);
    await writeFile(file, bytes);
    await assert.rejects(OnnxAnswerer.openFiles(await readModel(folder), 2), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /model\.safetensors: tensor ".*" holds NaN; the model is broken\.$/);
      return true;
    });
  });
});
