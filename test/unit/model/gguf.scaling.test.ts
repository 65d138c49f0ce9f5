/** Scaled positions of GGUF files against the frequencies that `transformers` computes (test/oracle/gguf/yarn.py). */
import assert from 'node:assert/strict';
import { UserError } from '../../../src/errors';
import { configFromJson, configToJson } from '../../../src/model/config-file';
import { describe as describeModel } from '../../../src/model/gguf/architectures';
import { readGguf, type Value } from '../../../src/model/gguf/header';
import { rotaryFrequencies, rotaryStretch } from '../../../src/model/rope';
import { fixture, golden } from './gguf.support';

interface Golden {
  metadata: Record<string, number>;
  frequencies: number[];
  stretch: number;
}

const yarn = golden<Record<string, Golden>>('yarn.json');

/** The config of qwen3.gguf with keys below `rope.scaling` added. */
async function configWith(scaling: Record<string, Value>) {
  const gguf = await readGguf(fixture('qwen3.gguf'));
  const added = Object.entries(scaling).map(([key, value]) => [`qwen3.rope.scaling.${key}`, value] as const);
  return (await describeModel({ ...gguf, file: 'm.gguf', metadata: new Map([...gguf.metadata, ...added]) })).config;
}

const assertNear = (found: Iterable<number>, wanted: readonly number[]) => {
  const numbers = [...found];
  assert.equal(numbers.length, wanted.length);
  numbers.forEach((number, i) => assert.ok(Math.abs(number / wanted[i] - 1) < 1e-6, `${number}, not ${wanted[i]}`));
};

describe('scaled positions of a GGUF file', () => {
  for (const [name, { metadata, frequencies, stretch }] of Object.entries(yarn)) {
    it(`turn as transformers computes it: yarn ${name}`, async () => {
      const config = await configWith({ type: 'yarn', ...metadata });
      const written = configFromJson(JSON.parse(JSON.stringify(configToJson(config))), 'config.json');
      assertNear(rotaryFrequencies(written), frequencies);
      assertNear(
        rotaryStretch(written),
        frequencies.map(() => stretch),
      );
    });
  }

  it('are tested where every key changes something', () => {
    const results = Object.values(yarn).map(({ frequencies, stretch }) => JSON.stringify([frequencies, stretch]));
    assert.equal(new Set(results).size, results.length);
  });

  it('stand in config.json as transformers has them', async () => {
    const config = await configWith({ type: 'yarn', factor: 4, original_context_length: 4096, yarn_beta_slow: 2 });
    assert.deepEqual(configToJson(config).rope_scaling, {
      rope_type: 'yarn',
      factor: 4,
      beta_fast: 32,
      beta_slow: 2,
      attention_factor: 0.1 * Math.log(4) + 1,
      original_max_position_embeddings: 4096,
    });
  });

  it('are stretched also by what llama.cpp multiplies', async () => {
    const config = await configWith({ type: 'yarn', factor: 4, attn_factor: 1.5 });
    assertNear(rotaryStretch(config).slice(0, 1), [1.5 * (0.1 * Math.log(4) + 1)]);
  });

  it('are linear where only a factor says so, and not scaled where what llama.cpp writes changes nothing', async () => {
    assert.deepEqual((await configWith({ factor: 2 })).ropeScaling, { kind: 'linear', factor: 2 });
    const idle = { attn_factor: 1, yarn_log_multiplier: 0, yarn_ext_factor: -1, yarn_beta_fast: 32, yarn_beta_slow: 1 };
    for (const type of ['none', 'linear'])
      assert.equal((await configWith({ type, factor: 0, ...idle })).ropeScaling, undefined);
    assert.equal((await configWith({})).ropeScaling, undefined);
  });

  it('are refused by the key that can not be had', async () => {
    const cases: [scaling: Record<string, Value>, sentence: string][] = [
      [{ type: 'longrope' }, 'type" is "longrope", and only none, linear and yarn are supported'],
      [{ type: 'yarn' }, 'factor" is missing'],
      [{ type: 'yarn', factor: 'four' }, 'factor" must be a number above 0, but is "four"'],
      [
        { type: 'yarn', factor: 4, original_context_length: 0 },
        'original_context_length" must be a whole number above 0, but is 0',
      ],
      [{ type: 'yarn', factor: 4, yarn_ext_factor: 0.5 }, 'yarn_ext_factor" is an option that is not supported'],
      [
        { type: 'yarn', factor: 4, yarn_attn_factor: 1 },
        'yarn_attn_factor" is 1, which llama.cpp writes both for that factor and where none is given',
      ],
      [
        { type: 'yarn', factor: 4, yarn_attn_factor: 1.5, yarn_log_multiplier: 0.5 },
        'yarn_log_multiplier" contradicts "qwen3.rope.scaling.yarn_attn_factor"',
      ],
      [
        { type: 'linear', factor: 4, attn_factor: 1.5 },
        'attn_factor" is supported only where positions are scaled by yarn',
      ],
      [{ yarn_other: 1 }, 'yarn_other" is an option that is not supported'],
    ];
    for (const [scaling, sentence] of cases)
      await assert.rejects(configWith(scaling), new UserError(`m.gguf: metadata "qwen3.rope.scaling.${sentence}.`));
  });
});
