/** Model folders that are damaged or don't fit together, opened as `pit ask` opens them: one sentence, nothing written. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import { trainTokenizer } from '../../../src/model/bpe';
import type { ModelConfig } from '../../../src/model/config';
import { writeModel, writeModelFolder } from '../../../src/model/folder';
import { initialize, initializeAdapters } from '../../../src/model/parameters';
import { presetConfig } from '../../../src/model/presets';
import { writeTokenizer } from '../../../src/model/tokenizer-file';
import { openAnswerer } from '../../../src/trainer/answerer';

const config: ModelConfig = { ...presetConfig('nano', { vocabSize: 600, bos: 1, eos: 2, pad: 0 }), layers: 1 };
const weightsOf = (change: (weights: Map<string, Float32Array>) => void = () => undefined) => {
  const weights = initialize(config, 1);
  change(weights);
  return weights;
};

describe('a damaged model', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pit-bad-'));
    file = path.join(folder, 'model.safetensors');
    await writeModelFolder(folder, { config, weights: weightsOf(), tokenizer: trainTokenizer(['a'], 259) });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const refused = async (sentence: string, at = folder) => {
    const before = readdirSync(folder).sort();
    await assert.rejects(openAnswerer(at, { engine: 'onnx', threads: 1 }), new UserError(sentence));
    assert.deepEqual(readdirSync(folder).sort(), before);
  };
  const rewriteHeader = (change: (header: string) => string) => {
    const bytes = readFileSync(file);
    const end = 8 + Number(bytes.readBigUInt64LE());
    const header = Buffer.from(change(bytes.toString('utf8', 8, end)));
    assert.equal(header.length, end - 8);
    writeFileSync(file, Buffer.concat([bytes.subarray(0, 8), header, bytes.subarray(end)]));
  };
  const rewriteConfig = (fields: object) => {
    const at = path.join(folder, 'config.json');
    writeFileSync(at, JSON.stringify({ ...JSON.parse(readFileSync(at, 'utf8')), ...fields }));
  };

  it('is refused where its weights are cut off', async () => {
    truncateSync(file, 100_000);
    await refused(
      `${file} is not a sound safetensors file: tensor "model.embed_tokens.weight" reaches beyond the end of the file; the file may be cut off.`,
    );
  });

  it('is refused where the header lies about where a tensor stands', async () => {
    rewriteHeader((header) => header.replace('"data_offsets":[0,307200]', '"data_offsets":[8,307200]'));
    await refused(
      `${file} is not a sound safetensors file: tensor "model.embed_tokens.weight" has 307192 bytes, but its shape [600, 128] of F32 needs another number.`,
    );
  });

  it('is refused where a part of its weights is missing', async () => {
    const index = { weight_map: { 'model.norm.weight': 'a.safetensors', 'lm_head.weight': 'b.safetensors' } };
    writeFileSync(path.join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
    copyFileSync(file, path.join(folder, 'a.safetensors'));
    rmSync(file);
    await refused(`${path.join(folder, 'b.safetensors')} can't be read: it does not exist.`);
  });

  it('is refused where a weight is NaN, or an adapter of it', async () => {
    const adapters = mkdtempSync(path.join(tmpdir(), 'pit-bad-'));
    const adapted = { ...config, lora: { rank: 2, alpha: 4, targets: ['q_proj'], base: folder } };
    const values = initializeAdapters(adapted, 1);
    const name = 'model.layers.0.self_attn.q_proj.lora_B.weight';
    values.get(name)![5] = NaN;
    await writeModel(adapters, adapted, values);
    for (const each of ['tokenizer.json', 'tokenizer_config.json'])
      copyFileSync(path.join(folder, each), path.join(adapters, each));
    const adapter = path.join(adapters, 'adapter_model.safetensors');
    await refused(`${adapter}: tensor "base_model.model.${name}" holds NaN; the model is broken.`, adapters);
    rmSync(adapters, { recursive: true });
    await writeModel(
      folder,
      config,
      weightsOf((weights) => (weights.get('model.norm.weight')![3] = -Infinity)),
    );
    await refused(`${file}: tensor "model.norm.weight" holds -Infinity; the model is broken.`);
  });

  it('is refused where its positions turn in a way that nobody knows', async () => {
    rewriteConfig({ rope_scaling: { rope_type: 'spiral', factor: 2 } });
    await refused(
      `${path.join(folder, 'config.json')}: field "rope_scaling.rope_type" is "spiral", but only "default" or "linear" or "llama3" or "yarn" is supported.`,
    );
  });

  it('is refused where its tokenizer has more tokens than the model embeds', async () => {
    await writeTokenizer(
      folder,
      trainTokenizer(
        [...Array(900).keys()].map((i) => `${i} ${i} ${i}`),
        601,
      ),
    );
    await refused(`${folder}: the tokenizer has 601 entries, but the model embeds only 600.`);
  });

  it('answers where its tokenizer has fewer, whatever it then says', async () => {
    const [unknown, { hiddenSize }] = [590, config];
    const weights = weightsOf((all) => {
      const embedding = all.get('model.embed_tokens.weight')!;
      // What follows on anything is what is most like it.
      const row = embedding.slice(3 * hiddenSize, 4 * hiddenSize).map((value) => 9 * value);
      embedding.set(row, unknown * hiddenSize);
    });
    await writeModel(folder, config, weights);
    const { learner, tokenizer } = await openAnswerer(folder, { engine: 'onnx', threads: 1 });
    assert.ok(tokenizer.vocabSize < unknown);
    const options = { maxTokens: 2, batch: 1, stopTokens: [] };
    const [answer] = await learner.generate([Int32Array.of(3)], options);
    assert.deepEqual([...answer], [unknown, unknown]);
    assert.equal(tokenizer.decode(answer), '');
    await learner.close();
  });
});
