/** Adapters against PEFT: its files, its names of projections, and its merged weights. See test/oracle/lora. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import { adapt } from '../../../src/model/adapt';
import { readConfig } from '../../../src/model/config-file';
import { readModel, writeModel } from '../../../src/model/folder';
import { merged } from '../../../src/model/merge';
import { trainedParameters } from '../../../src/model/parameters';
import { readHeader, readTensor } from '../../../src/model/safetensors';
import { join, tensorsOf } from '../../../src/model/stored';
import { readAll } from '../../../src/model/weights';
import { assertNear, norm } from '../engine/support';

const fixtures = path.join(__dirname, '../../fixtures/model');
const readJson = async (...names: string[]) => JSON.parse(await readFile(path.join(...names), 'utf8'));

for (const name of ['lora', 'lora-gpt2', 'lora-gpt-neox'])
  describe(`the adapter ${name}`, () => {
    const source = path.join(fixtures, name);

    it('is written as PEFT has written it', async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'pit-'));
      const { config, weights } = await readModel(source);
      await writeModel(folder, config, await readAll(config, weights));
      const [before, after] = await Promise.all([source, folder].map(tensorsIn));
      assert.deepEqual(after, before);
      const [theirs, ours] = await Promise.all([source, folder].map((at) => readJson(at, 'adapter_config.json')));
      for (const field of ['peft_type', 'task_type', 'r', 'lora_alpha', 'target_modules', 'fan_in_fan_out', 'bias'])
        assert.deepEqual(ours[field], theirs[field], field);
      await rm(folder, { recursive: true });
    });

    it('gives the weights that PEFT gives when it is taken in', async () => {
      const { norms, heads } = (await readJson(source, 'golden.json')).merged;
      const { config, weights } = merged(await readModel(source));
      const values = await readAll(config, weights);
      const tensors = tensorsOf(config).map((tensor) => [tensor.name, join(tensor, config, (key) => values.get(key)!)]);
      assert.deepEqual(new Set(tensors.map(([key]) => key)), new Set(Object.keys(norms)));
      for (const [key, numbers] of tensors as [string, Float32Array][]) {
        assertNear([norm(numbers)], [norms[key]], 1e-6, key);
        assertNear(numbers.slice(0, heads[key].length), heads[key], 1e-6, key);
      }
    });
  });

describe('which projections are adapted', () => {
  const adapted = async (name: string, targets?: string[]) =>
    adapt(await readConfig(path.join(fixtures, name)), { rank: 2, alpha: 4, targets, base: name });

  it('is all of them unless somebody chooses, by the names of the family', async () => {
    assert.deepEqual((await adapted('gpt2')).lora!.targets, ['c_attn', 'c_proj', 'c_fc']);
    assert.deepEqual((await adapted('gpt-neox')).lora!.targets, [
      'query_key_value',
      'dense',
      'dense_h_to_4h',
      'dense_4h_to_h',
    ]);
    assert.deepEqual((await adapted('qwen3')).lora!.targets, [
      'q_proj',
      'k_proj',
      'v_proj',
      'o_proj',
      'gate_proj',
      'up_proj',
      'down_proj',
    ]);
  });

  it('is understood as PEFT does: a whole name or the end of one', async () => {
    const modules = async (...targets: string[]) => {
      const names = trainedParameters(await adapted('gpt2', targets)).map(({ name }) => name);
      return names.filter((name) => name.endsWith('.lora_A.weight')).map((name) => name.slice(14, -14));
    };
    assert.deepEqual(await modules('c_proj'), ['0.attn.c_proj', '0.mlp.c_proj', '1.attn.c_proj', '1.mlp.c_proj']);
    assert.deepEqual(await modules('mlp.c_proj'), ['0.mlp.c_proj', '1.mlp.c_proj']);
    assert.deepEqual(await modules('transformer.h.1.attn.c_attn'), ['1.attn.c_attn']);
  });

  it('is refused where the model has no such projection', async () => {
    const sentence = 'The model has no projection "q_proj"; it has c_attn, c_proj, c_fc.';
    await assert.rejects(adapted('gpt2', ['c_attn', 'q_proj']), new UserError(sentence));
    await assert.rejects(adapted('gpt2', ['proj']), /no projection "proj"/);
  });
});

/** Shape and numbers of every tensor of an adapter, by name. */
async function tensorsIn(folder: string) {
  const { tensors } = await readHeader(path.join(folder, 'adapter_model.safetensors'));
  const read = [...tensors.values()].map(
    async (entry) => [entry.name, { shape: entry.shape, data: await readTensor(entry) }] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}
