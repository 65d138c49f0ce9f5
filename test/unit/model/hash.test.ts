/** The hash that says which model it was: it follows what is computed, and nothing else. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { modelHash } from '../../../src/model/hash';

const fixtures = path.join(__dirname, '../../fixtures/model');

describe('the hash of a model', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(path.join(tmpdir(), 'pit-hash-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const at = (...names: string[]) => path.join(root, ...names);
  const copy = (name: string) => (cpSync(path.join(fixtures, name), at(name), { recursive: true }), at(name));
  /** Turns the lowest bit of the file's byte. */
  const flip = (file: string, place: number) => {
    const bytes = readFileSync(file);
    bytes[bytes.length + place] ^= 1;
    writeFileSync(file, bytes);
  };

  it('is that of its files by name, whatever lies beside them and wherever they lie', async () => {
    const folder = copy('llama-tied');
    const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
    const lines = ['config.json', 'generation_config.json', 'model.safetensors'].map(
      (name) => `${name}\0${sha256(readFileSync(path.join(folder, name)))}\n`,
    );
    assert.equal(await modelHash(folder), sha256(lines.join('')));
    writeFileSync(path.join(folder, 'README.md'), '# A model');
    renameSync(folder, at('moved'));
    assert.equal(await modelHash(at('moved')), sha256(lines.join('')));
  });

  it('is another where one bit of a weight is, of one part of it too, or a field of its config', async () => {
    const folder = copy('llama-tied');
    const seen = [await modelHash(folder)];
    flip(path.join(folder, 'model.safetensors'), -1);
    seen.push(await modelHash(folder));
    flip(path.join(folder, 'config.json'), -10);
    seen.push(await modelHash(folder));
    assert.equal(new Set(seen).size, 3);
  });

  it('is another where adapters are, or their base, but not where both lie', async () => {
    const [base, adapters] = [copy('gpt2'), copy('lora-gpt2')];
    const before = await modelHash(adapters);
    assert.equal(before, await modelHash(path.join(fixtures, 'lora-gpt2')));
    flip(path.join(adapters, 'adapter_model.safetensors'), -1);
    const changed = await modelHash(adapters);
    flip(path.join(base, 'model.safetensors'), -1);
    assert.equal(new Set([before, changed, await modelHash(adapters)]).size, 3);
  });

  it('names a file that can not be read', async () => {
    const folder = copy('llama-tied');
    rmSync(path.join(folder, 'model.safetensors'));
    await assert.rejects(modelHash(folder), /^UserError: \S+model\.safetensors can't be read: it does not exist\.$/);
  });
});
