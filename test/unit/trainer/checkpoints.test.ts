/** Taking the model of a checkpoint out of a run. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyModel } from '../../../src/trainer/checkpoints';

describe('copying the model of a checkpoint', () => {
  const place = mkdtempSync(join(tmpdir(), 'pit-checkpoint-'));
  const [from, to] = ['a', 'b'].map((name) => mkdtempSync(join(place, name)));
  after(() => rmSync(place, { recursive: true }));

  it('leaves what only training needs, and writes over nothing', async () => {
    for (const name of ['model.safetensors', 'config.json', 'optimizer.safetensors', 'cursor.json'])
      writeFileSync(join(from, name), name);
    await copyModel(from, to);
    assert.deepEqual(readdirSync(to).sort(), ['config.json', 'model.safetensors']);
    writeFileSync(join(from, 'config.json'), 'another');
    await assert.rejects(copyModel(from, to));
    assert.equal(readFileSync(join(to, 'config.json'), 'utf8'), 'config.json');
  });
});
