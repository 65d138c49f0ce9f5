/** config.json: what is read, what is refused and in which words, and that writing and reading agree. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import { configFromJson, configToJson, readConfig, type ModelConfig } from '../../../src/model/config';

const fixtures = path.join(__dirname, '../../fixtures/model');

const smallest = {
  model_type: 'llama',
  vocab_size: 100,
  hidden_size: 32,
  intermediate_size: 80,
  num_hidden_layers: 2,
  num_attention_heads: 4,
};

const refused = (changes: object, sentence: string) =>
  assert.throws(() => configFromJson({ ...smallest, ...changes }, 'm/config.json'), new UserError(sentence));

describe('config', () => {
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

  it('takes the first of several end tokens and the end token where there is no padding token', () => {
    const config = configFromJson({ ...smallest, eos_token_id: [7, 8], pad_token_id: -1 }, '');
    assert.deepEqual([config.eosToken, config.padToken], [7, 7]);
  });

  it('reads what it writes', () => {
    const config = configFromJson({ ...smallest, head_dim: 10, num_key_value_heads: 2, tie_word_embeddings: true }, '');
    assert.deepEqual(configFromJson(configToJson(config), ''), config);
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
    refused({ model_type: 'gpt2' }, 'm/config.json: field "model_type" is "gpt2", but only "llama" is supported.');
    refused({ hidden_act: 'gelu' }, 'm/config.json: field "hidden_act" is "gelu", but only "silu" is supported.');
    refused({ attention_bias: true }, 'm/config.json: field "attention_bias" is true, but only false is supported.');
    refused({ mlp_bias: true }, 'm/config.json: field "mlp_bias" is true, but only false is supported.');
    refused({ attention_dropout: 0.1 }, 'm/config.json: field "attention_dropout" is 0.1, but only 0 is supported.');
    refused(
      { sliding_window: 4096 },
      'm/config.json: field "sliding_window" (4096) is an option that is not supported.',
    );
  });

  it('refuses scaled rotary positions in each of their forms', () => {
    refused(
      { rope_scaling: { rope_type: 'llama3' } },
      'm/config.json: field "rope_scaling.rope_type" is "llama3", but only "default" is supported.',
    );
    refused(
      { rope_scaling: { type: 'linear', factor: 2 } },
      'm/config.json: field "rope_scaling.type" is "linear", but only "default" is supported.',
    );
    refused(
      { rope_parameters: { rope_theta: 1e4, factor: 8 } },
      'm/config.json: field "rope_parameters.factor" is 8, but this option is not supported.',
    );
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
