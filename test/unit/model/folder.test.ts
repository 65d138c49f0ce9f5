/** Model folders: the round trip, parts with an index, and what must agree with what. */
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import { trainTokenizer } from '../../../src/model/bpe';
import type { ModelConfig } from '../../../src/model/config';
import { readConfig } from '../../../src/model/config-file';
import { writeJson } from '../../../src/model/files';
import { readModel, readModelFolder, writeModel, writeModelFolder } from '../../../src/model/folder';
import { initialize, parametersOf } from '../../../src/model/parameters';
import { presetConfig } from '../../../src/model/presets';
import { readHeader, readTensor, writeSafetensors } from '../../../src/model/safetensors';
import { openWeights } from '../../../src/model/weights';

const fixtures = path.join(__dirname, '../../fixtures/model');
const special = { bos: 1, eos: 2, pad: 0 };
const config: ModelConfig = { ...presetConfig('nano', { vocabSize: 300, ...special }), layers: 1 };

describe('model folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pit-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads what it writes', async () => {
    const weights = initialize(config, 1);
    await writeModelFolder(folder, { config, weights, tokenizer: trainTokenizer(['abab abab'], 300) });
    const model = await readModelFolder(folder);
    assert.deepEqual(model.config, config);
    assert.equal(model.tokenizer.decode(model.tokenizer.encode('abab')), 'abab');
    for (const [name, values] of weights) assert.deepEqual(await model.weights.read(name), values);
    assert.deepEqual((await readdir(folder)).sort(), [
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
  });

  it('copies a tokenizer byte for byte', async () => {
    const from = path.join(fixtures, 'tokenizer/builtin');
    const roomy = { ...config, vocabSize: 320 };
    await writeModelFolder(path.join(folder, 'a/b'), { config: roomy, weights: initialize(roomy, 1), tokenizer: from });
    const copy = await readFile(path.join(folder, 'a/b/tokenizer.json'));
    assert.deepEqual(copy, await readFile(path.join(from, 'tokenizer.json')));
    assert.equal((await readModelFolder(path.join(folder, 'a/b'))).tokenizer.vocabSize, 301);
  });

  it('stops where the tokenizer ends a text, too', async () => {
    const other = { ...config, eosToken: 7, stopTokens: [7, 8] };
    await writeModelFolder(folder, {
      config: other,
      weights: initialize(config, 1),
      tokenizer: trainTokenizer(['a'], 300),
    });
    assert.deepEqual((await readModelFolder(folder)).config.stopTokens, [7, 8, 2]);
  });

  it('refuses a tokenizer with tokens that the model does not embed', async () => {
    const tokenizer = path.join(fixtures, 'tokenizer/builtin');
    await writeModelFolder(folder, { config, weights: initialize(config, 1), tokenizer });
    const sentence = `${folder}: the tokenizer has 301 entries, but the model embeds only 300.`;
    await assert.rejects(readModelFolder(folder), new UserError(sentence));
  });

  for (const family of ['mistral', 'qwen2', 'qwen3', 'olmo2', 'gpt-neox', 'gpt-neox-sequential', 'gpt2'])
    it(`writes a ${family} model with the tensors that transformers has written, bit for bit`, async () => {
      const source = path.join(fixtures, family);
      const { config, weights } = await readModel(source);
      const names = parametersOf(config).map(({ name }) => name);
      const values = await Promise.all(names.map(async (name) => [name, await weights.read(name)] as const));
      await writeModel(folder, config, new Map(values));
      const [before, after] = await Promise.all([source, folder].map(tensorsIn));
      assert.deepEqual(after, before);
    });

  it('reads a checkpoint that was saved without its head', async () => {
    const source = path.join(fixtures, 'gpt2');
    const tensors = await tensorsIn(source);
    const bare = [...tensors].map(([name, tensor]) => ({ ...tensor, name: name.replace(/^transformer\./, '') }));
    await copyFile(path.join(source, 'config.json'), path.join(folder, 'config.json'));
    await writeSafetensors(path.join(folder, 'model.safetensors'), bare);
    const [whole, found] = await Promise.all([source, folder].map(readModel));
    const name = 'model.layers.1.self_attn.k_proj.weight';
    assert.deepEqual(await found.weights.read(name), await whole.weights.read(name));
  });

  it('reads weights in parts', async () => {
    const source = path.join(fixtures, 'llama-grouped');
    await copyFile(path.join(source, 'config.json'), path.join(folder, 'config.json'));
    const whole = await openWeights(source, await readConfig(source));
    const parts = await splitInTwo(source, folder);
    const { weights } = await readModel(folder);
    assert.equal(new Set([...weights.entries.values()].map(({ file }) => file)).size, 2);
    for (const name of Object.keys(parts)) assert.deepEqual(await weights.read(name), await whole.read(name));
  });

  it('refuses an index that names a part outside the folder or a weight that its part lacks', async () => {
    const index = path.join(folder, 'model.safetensors.index.json');
    await writeJson(index, { weight_map: { a: '../model.safetensors' } });
    const sentence = `${index}: field "weight_map" must give a file of the same folder for each weight.`;
    await assert.rejects(openWeights(folder, config), new UserError(sentence));
    const part = path.join(folder, 'part.safetensors');
    await writeSafetensors(part, []);
    await writeJson(index, { weight_map: { a: 'part.safetensors' } });
    await assert.rejects(openWeights(folder, config), new UserError(`${part}: the weights have no tensor "a".`));
  });

  it('refuses weights that are not those of the config', async () => {
    const file = path.join(folder, 'model.safetensors');
    await writeModel(folder, config, initialize(config, 1));
    const tensors = parametersOf(config).map(({ name, shape }) => ({
      name,
      shape,
      data: initialize(config, 1).get(name)!,
    }));
    const refused = async (changed: typeof tensors, sentence: string) => {
      await writeSafetensors(file, changed);
      await assert.rejects(readModel(folder), new UserError(sentence));
    };
    await refused(tensors.slice(0, -1), `${folder}: the weights have no tensor "model.norm.weight".`);
    await refused(
      tensors.map((tensor) => (tensor.name === 'model.norm.weight' ? { ...tensor, shape: [1, 128] } : tensor)),
      `${file}: tensor "model.norm.weight" has shape [1, 128], but config.json makes it [128].`,
    );
    const bias = { name: 'model.layers.0.self_attn.q_proj.bias', shape: [1], data: new Float32Array(1) };
    await refused(
      [...tensors, bias],
      `${file}: tensor "${bias.name}" is no weight of the model that config.json describes.`,
    );
  });

  it('refuses weights that are no numbers', async () => {
    const weights = initialize(config, 1);
    weights.get('model.norm.weight')![3] = NaN;
    await writeModel(folder, config, weights);
    const { weights: read } = await readModel(folder);
    const sentence = `${path.join(folder, 'model.safetensors')}: tensor "model.norm.weight" holds NaN; the model is broken.`;
    await assert.rejects(read.read('model.norm.weight'), new UserError(sentence));
  });

  it('lets tensors pass that only repeat others', async () => {
    const weights = initialize(config, 1);
    const tensors = parametersOf(config).map(({ name, shape }) => ({ name, shape, data: weights.get(name)! }));
    await writeModel(folder, config, weights);
    const again = { ...tensors[0], name: 'lm_head.weight' };
    await writeSafetensors(path.join(folder, 'model.safetensors'), [...tensors, again]);
    assert.equal((await readModel(folder)).config.tiedEmbeddings, true);
  });

  it('refuses weights that are only there pickled', async () => {
    await copyFile(path.join(fixtures, 'llama-tied/config.json'), path.join(folder, 'config.json'));
    await writeJson(path.join(folder, 'pytorch_model.bin'), 'code');
    const sentence = `${folder} has its weights only as pytorch_model.bin, a pickled file: reading one runs the code in it; take a copy in safetensors.`;
    await assert.rejects(readModel(folder), new UserError(sentence));
    await copyFile(path.join(fixtures, 'llama-tied/model.safetensors'), path.join(folder, 'model.safetensors'));
    await readModel(folder);
  });

  it('names the file that is missing', async () => {
    await assert.rejects(readModel(folder), new UserError(`${folder}/config.json can't be read: it does not exist.`));
    await copyFile(path.join(fixtures, 'llama-tied/config.json'), path.join(folder, 'config.json'));
    const sentence = `${folder}/model.safetensors can't be read: it does not exist.`;
    await assert.rejects(readModel(folder), new UserError(sentence));
  });
});

/** Shape and numbers of every tensor of a folder, by name. */
async function tensorsIn(folder: string) {
  const { tensors } = await readHeader(path.join(folder, 'model.safetensors'));
  const read = [...tensors.values()].map(
    async (entry) => [entry.name, { shape: entry.shape, data: await readTensor(entry) }] as const,
  );
  return new Map((await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Writes the source's weights as two parts with an index; returns the index's map. */
async function splitInTwo(source: string, folder: string): Promise<Record<string, string>> {
  const config = await readConfig(source);
  const weights = await openWeights(source, config);
  const names = parametersOf(config);
  const map: Record<string, string> = {};
  for (const [part, file] of ['model-1-of-2.safetensors', 'model-2-of-2.safetensors'].entries()) {
    const chosen = names.filter((_, i) => i % 2 === part);
    chosen.forEach(({ name }) => (map[name] = file));
    const tensors = chosen.map(async ({ name, shape }) => ({ name, shape, data: await weights.read(name) }));
    await writeSafetensors(path.join(folder, file), await Promise.all(tensors));
  }
  await writeJson(path.join(folder, 'model.safetensors.index.json'), { metadata: {}, weight_map: map });
  return map;
}
