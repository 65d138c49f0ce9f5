/** The list of weights against checkpoints that transformers wrote, and fresh weights. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import type { ModelConfig } from '../../../src/model/config';
import { readConfig } from '../../../src/model/config-file';
import { countParameters, initialize, parametersOf } from '../../../src/model/parameters';
import { presetConfig, presets } from '../../../src/model/presets';
import { readHeader } from '../../../src/model/safetensors';

const fixtures = path.join(__dirname, '../../fixtures/model');
const tokens = { vocabSize: 2048, bos: 1, eos: 2, pad: 0 };

describe('parameters', () => {
  for (const name of ['llama-tied', 'llama-grouped']) {
    it(`lists the names and shapes of ${name}, and no others`, async () => {
      const folder = path.join(fixtures, name);
      const listed = parametersOf(await readConfig(folder)).map(({ name, shape }) => [name, shape] as const);
      const { tensors } = await readHeader(path.join(folder, 'model.safetensors'));
      const stored = [...tensors.values()].map(({ name, shape }) => [name, shape] as const);
      assert.deepEqual(new Map(listed), new Map(stored));
      assert.equal(listed.length, stored.length);
    });
  }

  it('decays matrices and not norms', () => {
    const parameters = parametersOf(presetConfig('nano', tokens));
    for (const { name, decay } of parameters) assert.equal(decay, !name.includes('norm'), name);
  });

  it('counts every preset as worked out by hand', () => {
    // vocabulary × hidden + layers × (4 × hidden² + 3 × hidden × intermediate + 2 × hidden) + hidden
    const counts = { pico: 231_744, nano: 1_066_112, micro: 4_786_944, mini: 14_948_736 };
    for (const name of Object.keys(presets) as (keyof typeof presets)[]) {
      assert.equal(countParameters(presetConfig(name, tokens)), counts[name]);
    }
  });

  it('refuses an unknown preset', () => {
    const sentence = 'There is no model preset "toString"; choose one of pico, nano, micro, mini.';
    assert.throws(() => presetConfig('toString', tokens), new UserError(sentence));
  });
});

describe('initialize', () => {
  const config: ModelConfig = { ...presetConfig('nano', tokens), vocabSize: 300, layers: 2 };
  const spread = (values: Float32Array) =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

  it('gives the same numbers for the same seed, and others for another', () => {
    assert.deepEqual(initialize(config, 5), initialize(config, 5));
    assert.notDeepEqual(initialize(config, 5), initialize(config, 6));
  });

  it('does not change from release to release', () => {
    const first = initialize(config, 5).get('model.embed_tokens.weight')!.slice(0, 3);
    assert.deepEqual([...first], [0.1054537296295166, 0.043758176267147064, 0.016298048198223114]);
  });

  it('starts matrices at 0.02, residual projections at 0.02 / √(2 · layers) and norms at 1', () => {
    const weights = initialize(config, 1);
    const close = (name: string, expected: number) => {
      const actual = spread(weights.get(name)!);
      assert.ok(Math.abs(actual / expected - 1) < 0.03, `${name}: ${actual}, not ${expected}`);
    };
    close('model.embed_tokens.weight', 0.02);
    close('model.layers.1.self_attn.q_proj.weight', 0.02);
    close('model.layers.1.self_attn.o_proj.weight', 0.01);
    close('model.layers.0.mlp.down_proj.weight', 0.01);
    assert.ok(weights.get('model.norm.weight')!.every((value) => value === 1));
  });

  it('draws from a normal distribution', () => {
    const values = initialize(config, 3).get('model.embed_tokens.weight')!;
    const within = (deviations: number) =>
      values.filter((value) => Math.abs(value) < 0.02 * deviations).length / values.length;
    assert.ok(Math.abs(within(1) - 0.6827) < 0.01);
    assert.ok(Math.abs(within(2) - 0.9545) < 0.005);
    assert.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length) < 0.0005);
  });
});
