/** config.json: what is read, what is refused and in which words, and that writing and reading agree. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import { llamaBlock, type ModelConfig } from '../../../src/model/config';
import { configFromJson, configToJson, readConfig } from '../../../src/model/config-file';
import { writeGenerationConfig } from '../../../src/model/generation-config';

const fixtures = path.join(__dirname, '../../fixtures/model');

const smallest = {
  model_type: 'llama',
  vocab_size: 100,
  hidden_size: 32,
  intermediate_size: 80,
  num_hidden_layers: 2,
  num_attention_heads: 4,
};

const gpt2 = { model_type: 'gpt2', vocab_size: 60000, n_embd: 32, n_layer: 2, n_head: 4 };

const refused = (changes: object, sentence: string) =>
  assert.throws(() => configFromJson({ ...smallest, ...changes }, 'm/config.json'), new UserError(sentence));

describe('config', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'pit-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, json: object) => writeFileSync(path.join(folder, name), JSON.stringify(json));

  it('reads what transformers 5 has written', async () => {
    assert.deepEqual(await readConfig(path.join(fixtures, 'llama-grouped')), {
      family: 'llama',
      vocabSize: 96,
      hiddenSize: 24,
      intermediateSize: 40,
      layers: 3,
      heads: 4,
      kvHeads: 2,
      headSize: 10,
      maxPositions: 64,
      ropeTheta: 500,
      normEpsilon: 1e-6,
      tiedEmbeddings: false,
      bosToken: 1,
      eosToken: 2,
      padToken: 0,
      stopTokens: [2],
      block: llamaBlock,
    } satisfies ModelConfig);
  });

  it('fills in what LlamaConfig would', () => {
    const config = configFromJson(smallest, 'config.json');
    assert.equal(config.kvHeads, 4);
    assert.equal(config.headSize, 8);
    assert.equal(config.maxPositions, 2048);
    assert.equal(config.ropeTheta, 10000);
    assert.equal(config.normEpsilon, 1e-6);
    assert.equal(config.tiedEmbeddings, false);
    assert.deepEqual([config.bosToken, config.eosToken, config.padToken], [1, 2, 2]);
  });

  it('reads the rotary base in its old and its new place', () => {
    assert.equal(configFromJson({ ...smallest, rope_theta: 5e5 }, '').ropeTheta, 5e5);
    const rope_parameters = { rope_type: 'default', rope_theta: 7e4 };
    assert.equal(configFromJson({ ...smallest, rope_parameters }, '').ropeTheta, 7e4);
  });

  it('stops at each of several end tokens, the first of which pads where nothing else does', () => {
    const config = configFromJson({ ...smallest, eos_token_id: [7, 8], pad_token_id: -1 }, '');
    assert.deepEqual([config.eosToken, config.padToken, config.stopTokens], [7, 7, [7, 8]]);
    assert.deepEqual(configToJson(config).eos_token_id, [7, 8]);
    assert.equal(configToJson(configFromJson(smallest, '')).eos_token_id, 2);
  });

  it('stops where generation_config.json says, if it says so', async () => {
    const [name, file] = ['generation_config.json', path.join(folder, 'generation_config.json')];
    write('config.json', { ...smallest, eos_token_id: [7, 8] });
    write(name, { do_sample: true });
    assert.deepEqual((await readConfig(folder)).stopTokens, [7, 8]);
    write(name, { eos_token_id: [9, 8] });
    const config = await readConfig(folder);
    assert.deepEqual([config.eosToken, config.stopTokens], [7, [9, 8]]);
    write(name, { eos_token_id: 'end' });
    const wrong = `${file}: field "eos_token_id" must be a token or a list of tokens.`;
    await assert.rejects(readConfig(folder), new UserError(wrong));
    write(name, { eos_token_id: 100 });
    const beyond = `${file}: field "eos_token_id" is 100, beyond the vocabulary of 100.`;
    await assert.rejects(readConfig(folder), new UserError(beyond));
  });

  it('reads what it writes', () => {
    const config = configFromJson({ ...smallest, head_dim: 10, num_key_value_heads: 2, tie_word_embeddings: true }, '');
    assert.deepEqual(configFromJson(configToJson(config), ''), config);
  });

  for (const name of readdirSync(fixtures).filter((name) => existsSync(path.join(fixtures, name, 'config.json'))))
    it(`reads what it writes of ${name}, which transformers has written`, async () => {
      const config = await readConfig(path.join(fixtures, name));
      write('config.json', configToJson(config));
      await writeGenerationConfig(folder, config);
      assert.deepEqual(await readConfig(folder), config);
    });

  it('lets fields pass that say nothing about the model, or that are off', () => {
    const harmless = {
      torch_dtype: 'bfloat16',
      _name_or_path: 'x',
      rope_scaling: null,
      sliding_window: null,
      use_x: false,
    };
    assert.equal(configFromJson({ ...smallest, ...harmless }, '').layers, 2);
  });

  it('refuses other families and options by name', () => {
    refused(
      { model_type: 'gemma' },
      'm/config.json: field "model_type" is "gemma", but only "llama" or "mistral" or "qwen2" or "qwen3" or "olmo2" or "gpt_neox" or "gpt2" is supported.',
    );
    refused({ hidden_act: 'gelu' }, 'm/config.json: field "hidden_act" is "gelu", but only "silu" is supported.');
    refused({ mlp_bias: true }, 'm/config.json: field "mlp_bias" is true, but only false is supported.');
    refused(
      { sliding_window: 4096 },
      'm/config.json: field "sliding_window" (4096) is an option that is not supported.',
    );
    refused(
      { model_type: 'qwen2', eos_token_id: 1, use_sliding_window: true },
      'm/config.json: field "use_sliding_window" is true, but only false is supported.',
    );
    refused({ model_type: 'qwen2' }, 'm/config.json: field "eos_token_id" is missing.');
    refused(
      { ...gpt2, scale_attn_by_inverse_layer_idx: true },
      'm/config.json: field "scale_attn_by_inverse_layer_idx" is true, but only false is supported.',
    );
    refused(
      { model_type: 'gpt_neox', rotary_pct: 0.4 },
      'm/config.json: field "rotary_pct" rotates 3 numbers of a head, which must be even.',
    );
  });

  it('reads how rotary positions are scaled, in the old place and the new one', () => {
    const rope_scaling = { type: 'linear', factor: 2 };
    assert.deepEqual(configFromJson({ ...smallest, rope_scaling }, '').ropeScaling, { kind: 'linear', factor: 2 });
    const rope_parameters = {
      rope_type: 'llama3',
      rope_theta: 5e5,
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    };
    const config = configFromJson({ ...smallest, rope_parameters }, '');
    assert.deepEqual(config.ropeScaling, {
      kind: 'llama3',
      factor: 8,
      lowFactor: 1,
      highFactor: 4,
      originalPositions: 8192,
    });
    assert.equal(config.ropeTheta, 5e5);
    const yarn = { type: 'yarn', factor: 4, original_max_position_embeddings: 32768 };
    assert.deepEqual(configFromJson({ ...smallest, rope_scaling: yarn }, '').ropeScaling, {
      kind: 'yarn',
      factor: 4,
      fastTurns: 32,
      slowTurns: 1,
      attentionFactor: 0.1 * Math.log(4) + 1,
      originalPositions: 32768,
    });
  });

  it('refuses other scalings of rotary positions, and numbers that are missing or too many', () => {
    refused(
      { rope_scaling: { rope_type: 'dynamic', factor: 4 } },
      'm/config.json: field "rope_scaling.rope_type" is "dynamic", but only "default" or "linear" or "llama3" or "yarn" is supported.',
    );
    refused(
      { rope_scaling: { rope_type: 'llama3', factor: 8 } },
      'm/config.json: field "rope_scaling.low_freq_factor" is missing, which llama3 scaling needs.',
    );
    refused(
      { rope_parameters: { rope_theta: 1e4, factor: 8 } },
      'm/config.json: field "rope_parameters.factor" is 8, but default rotary positions have none.',
    );
    refused(
      { rope_scaling: { rope_type: 'llama3', factor: 8, beta_fast: 8 } },
      'm/config.json: field "rope_scaling.beta_fast" is 8, but llama3 rotary positions have none.',
    );
    refused(
      { rope_parameters: { rope_theta: 1e4, mscale: 8 } },
      'm/config.json: field "rope_parameters.mscale" is 8, but this option is not supported.',
    );
  });

  it('takes a window that is always on for the longest sequence', () => {
    const mistral = { ...smallest, model_type: 'mistral', sliding_window: 4096 };
    assert.equal(configFromJson(mistral, '').maxPositions, 4096);
    assert.equal(configFromJson({ ...mistral, sliding_window: null }, '').maxPositions, 131072);
  });

  it('begins a text with the end token where a family has no other', () => {
    const config = configFromJson({ ...smallest, model_type: 'qwen2', bos_token_id: null, eos_token_id: 7 }, '');
    assert.deepEqual([config.bosToken, config.padToken], [7, 7]);
  });

  it('refuses missing and wrong numbers', () => {
    refused({ hidden_size: undefined }, 'm/config.json: field "hidden_size" is missing.');
    refused({ num_hidden_layers: 0 }, 'm/config.json: field "num_hidden_layers" is 0, but must be above 0.');
    refused({ vocab_size: '100' }, 'm/config.json: field "vocab_size" is "100", but must be a number.');
    refused({ hidden_size: 3.5 }, 'm/config.json: field "hidden_size" is 3.5, but must be a whole number.');
    refused(
      { num_key_value_heads: 3 },
      'm/config.json: field "num_key_value_heads" must divide num_attention_heads (4), but is 3.',
    );
    refused({ head_dim: 5 }, 'm/config.json: field "head_dim" must be even for rotary positions, but is 5.');
    refused({ eos_token_id: [2, 100] }, 'm/config.json: field "eos_token_id" is 100, beyond the vocabulary of 100.');
    refused({ bos_token_id: 100 }, 'm/config.json: field "bos_token_id" is 100, beyond the vocabulary of 100.');
    assert.throws(() => configFromJson([], 'm/config.json'), new UserError('m/config.json must hold a JSON object.'));
  });

  it('names a file that is missing', async () => {
    await assert.rejects(
      readConfig('/nowhere'),
      new UserError("/nowhere/config.json can't be read: it does not exist."),
    );
  });
});
