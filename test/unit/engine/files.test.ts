/** Saving and restoring: nothing of a training is lost, and what is broken is told in one sentence. */
import assert from 'node:assert/strict';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import { readModel } from '../../../src/model/folder';
import { readHeader, readTensor } from '../../../src/model/safetensors';
import { apart, inFolder, learnerOf, pack, Random, randomWeights, tiny, weightsOf } from './support';

const random = new Random(17);
const examples = [8, 5, 12].map((length) => random.example(length, tiny));
const whole = [apart(examples)];
const parts = [pack([examples.slice(0, 2)], 12), pack([examples.slice(2)], 12)];
const learner = (seed: number) => learnerOf(tiny, randomWeights(tiny, seed));

describe('save and restore', () => {
  for (const [name, batches] of Object.entries({ 'whole batches': whole, 'accumulated batches': parts })) {
    it(`continue as if nothing had happened, to the last bit, with ${name}`, async () => {
      const steady = learner(1);
      for (let step = 0; step < 3; step++) await steady.step(batches, 1e-2);
      const stopped = learner(2);
      await inFolder(async (folder) => {
        await steady.save(folder, { optimizer: true });
        await stopped.restore(folder);
      });
      assert.deepEqual(await weightsOf(stopped), await weightsOf(steady));
      for (let step = 0; step < 3; step++)
        assert.deepEqual(await stopped.step(batches, 1e-2), await steady.step(batches, 1e-2));
      assert.deepEqual(await weightsOf(stopped), await weightsOf(steady));
      await Promise.all([steady.close(), stopped.close()]);
    });
  }

  it('carry over to a learner that has trained on something else', async () => {
    const [source, target] = [learner(1), learner(2)];
    await source.step(whole, 1e-2);
    for (let step = 0; step < 4; step++) await target.step(parts, 1e-1);
    await inFolder(async (folder) => {
      await source.save(folder, { optimizer: true });
      await target.restore(folder);
    });
    assert.deepEqual(await target.step(whole, 1e-2), await source.step(whole, 1e-2));
    assert.deepEqual(await target.step(whole, 1e-2), await source.step(whole, 1e-2));
    await Promise.all([source.close(), target.close()]);
  });

  it('give the same file for the same state', () =>
    inFolder(async (folder) => {
      const source = learner(1);
      await source.step(whole, 1e-2);
      await source.save(folder, { optimizer: true });
      const names = ['model.safetensors', 'optimizer.safetensors', 'config.json'].map((name) =>
        path.join(folder, name),
      );
      const before = await Promise.all(names.map((name) => readFile(name)));
      const target = learner(2);
      await target.restore(folder);
      await target.save(folder, { optimizer: true });
      assert.deepEqual(await Promise.all(names.map((name) => readFile(name))), before);
      await Promise.all([source.close(), target.close()]);
    }));

  it('keep first and second moments by the weight’s name, and the step count', () =>
    inFolder(async (folder) => {
      const source = learner(1);
      await source.step(whole, 0);
      await source.step(whole, 0);
      await source.save(folder, { optimizer: true });
      const { tensors, metadata } = await readHeader(path.join(folder, 'optimizer.safetensors'));
      assert.equal(metadata.steps, '2');
      const [first, second] = await Promise.all(
        ['first', 'second'].map((moment) => readTensor(tensors.get(`model.norm.weight#${moment}`)!)),
      );
      // With one and the same gradient g twice: m = 0.19 g and v = 0.0975 g².
      first.forEach((m, i) => assert.ok(Math.abs(second[i] / (0.0975 * (m / 0.19) ** 2) - 1) < 1e-4));
      await source.close();
    }));

  it('without the optimiser start it anew', async () => {
    const [source, target] = [learner(1), learner(2)];
    for (const each of [source, target]) await each.step(whole, 1e-2);
    await inFolder(async (folder) => {
      await source.save(folder, { optimizer: false });
      await target.restore(folder);
    });
    source.resetOptimizer();
    assert.deepEqual(await target.step(whole, 1e-2), await source.step(whole, 1e-2));
    await Promise.all([source.close(), target.close()]);
  });

  it('write a standard model folder', () =>
    inFolder(async (folder) => {
      const source = learner(1);
      await source.save(folder, { optimizer: false });
      const { config, weights } = await readModel(folder);
      assert.deepEqual(config, tiny);
      for (const [name, values] of randomWeights(tiny, 1)) assert.deepEqual(await weights.read(name), values);
      await source.close();
    }));
});

describe('what can not be restored', () => {
  const damages: Record<string, { damage: (folder: string) => Promise<void>; sentence: RegExp }> = {
    'weights that are missing': {
      damage: (folder) => rm(path.join(folder, 'model.safetensors')),
      sentence: /model\.safetensors/,
    },
    'weights that are cut off': {
      damage: (folder) => truncate(path.join(folder, 'model.safetensors'), 9000),
      sentence: /model\.safetensors is not a sound safetensors file: .*cut off/,
    },
    'an optimiser that is no safetensors file': {
      damage: (folder) =>
        writeFile(path.join(folder, 'optimizer.safetensors'), 'nonsense, and more than 8 bytes of it'),
      sentence: /optimizer\.safetensors is not a sound safetensors file/,
    },
    'an optimiser without a step count': {
      damage: (folder) => edit(path.join(folder, 'optimizer.safetensors'), '"steps":"1"', '"stops":"1"'),
      sentence: /optimizer\.safetensors lacks the number of steps/,
    },
    'an optimiser without a moment': {
      damage: (folder) =>
        edit(path.join(folder, 'optimizer.safetensors'), 'model.norm.weight#first', 'model.norm.weight#frist'),
      sentence: /optimizer\.safetensors lacks the tensor "model\.norm\.weight#first"/,
    },
    'weights of another shape': {
      damage: async (folder) => {
        const other = { ...tiny, vocabSize: tiny.hiddenSize, hiddenSize: tiny.vocabSize };
        const larger = learnerOf(other, randomWeights(other, 1));
        await larger.save(folder, { optimizer: false });
        await larger.close();
      },
      sentence: /"model\.embed_tokens\.weight" has shape \[16, 40\], but config\.json makes it \[40, 16\]/,
    },
  };

  for (const [name, { damage, sentence }] of Object.entries(damages)) {
    it(`is told in one sentence: ${name}`, () =>
      inFolder(async (folder) => {
        const source = learner(1);
        await source.step(whole, 1e-2);
        await source.save(folder, { optimizer: true });
        await damage(folder);
        await assert.rejects(source.restore(folder), (error) => {
          assert.ok(error instanceof UserError, String(error));
          assert.match(error.message, sentence);
          assert.ok(!error.message.includes('\n'));
          return true;
        });
        await source.close();
      }));
  }
});

/** Replaces a text by one of equal length. */
async function edit(file: string, from: string, to: string): Promise<void> {
  const bytes = (await readFile(file)).toString('latin1');
  assert.ok(bytes.includes(from));
  await writeFile(file, Buffer.from(bytes.replace(from, to), 'latin1'));
}
