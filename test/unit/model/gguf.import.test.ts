/** Models from GGUF files against what `transformers` loads from the same files, and imports that must not go through. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../../src/errors';
import { readModelFolder } from '../../../src/model/folder';
import { askGguf, importGguf } from '../../../src/model/gguf/import';
import { readGguf } from '../../../src/model/gguf/header';
import { licenceOf } from '../../../src/model/licence';
import { fileOrigin, findImport, type Origin, readOrigin } from '../../../src/model/origin';
import { sizeOf } from '../../../src/model/parameters';
import { readHeader, readTensor } from '../../../src/model/safetensors';
import { entry, fixture, golden, licensed, temporary, text, u32, u64, withEntries } from './gguf.support';

interface Golden {
  config: Record<string, unknown>;
  tensors: Record<string, string>;
}

const models = golden<Record<string, Golden>>('models.json');

const sha256 = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  createHash('sha256')
    .update(Buffer.from(buffer, byteOffset, byteLength))
    .digest('hex');

/** Writes until the disk is full. */
function fill(file: string): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(1 << 12));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}

const readJson = async (...parts: string[]) => JSON.parse(await readFile(path.join(...parts), 'utf8'));

describe('importGguf', () => {
  const folder = temporary();
  let count = 0;
  const target = () => path.join(folder.path, `model-${count++}`);
  const nothingLeft = async () => {
    const names = await readdir(folder.path);
    assert.deepEqual(
      names.filter((name) => name.includes('.tmp')),
      [],
    );
  };

  for (const [name, { config, tensors }] of Object.entries(models)) {
    it(`gives every tensor and the config that transformers reads: ${name}`, async () => {
      const to = target();
      await importGguf(fixture(`${name}.gguf`), to);
      const file = path.join(to, 'model.safetensors');
      const { tensors: entries } = await readHeader(file);
      const hashes = await Promise.all(
        Array.from(entries.values(), async (tensor) => [tensor.name, sha256(await readTensor(tensor))]),
      );
      assert.deepEqual(Object.fromEntries(hashes), tensors);
      const written = await readJson(to, 'config.json');
      assert.deepEqual(Object.fromEntries(Object.keys(config).map((field) => [field, written[field]])), config);
      const model = await readModelFolder(to);
      assert.equal(model.config.normEpsilon, 1e-5);
      assert.deepEqual([model.tokenizer.eos, model.config.eosToken], [0, 0]);
    });
  }

  it('writes a folder and nothing beside it', async () => {
    const to = path.join(folder.path, 'new', 'deeper');
    await importGguf(fixture('llama.gguf'), to);
    assert.deepEqual((await readdir(to)).sort(), [
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'origin.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    assert.deepEqual(await readdir(path.dirname(to)), ['deeper']);
    assert.equal((await readJson(to, 'generation_config.json')).eos_token_id, 0);
  });

  it('keeps the licence that the file names, where it names one, and tells where the folder came from', async () => {
    for (const [license, kept] of [
      ['apache-2.0', 'apache-2.0'],
      ['ask\nme', undefined],
    ] as const) {
      const file = path.join(folder.path, 'named.gguf');
      await writeFile(file, licensed(license));
      assert.equal((await askGguf(file)).license, kept);
      const to = target();
      await importGguf(file, to);
      assert.equal(await licenceOf(to), kept);
      assert.equal((await readdir(to)).includes('README.md'), kept !== undefined);
      const origin = await fileOrigin(file);
      assert.deepEqual(await readOrigin(to), origin);
      const isIt = (found: Origin) => isDeepStrictEqual(found, origin);
      assert.equal(await findImport(folder.path, isIt), to);
      await utimes(file, 1, 1);
      assert.notDeepEqual(await fileOrigin(file), origin);
    }
  });

  it('names every token at which generation ends', async () => {
    const ends = ['eot', 'eom'].map((name, i) => entry(`tokenizer.ggml.${name}_token_id`, 4, u32(3 - i)));
    const filler = entry('general.url', 8, text('u'.repeat(11)));
    const file = path.join(folder.path, 'ends.gguf');
    await writeFile(file, withEntries(await readFile(fixture('llama.gguf')), ...ends, filler));
    const to = target();
    await importGguf(file, to);
    assert.deepEqual((await readJson(to, 'generation_config.json')).eos_token_id, [0, 3, 2]);
    const { config, tokenizer } = await readModelFolder(to);
    assert.deepEqual([config.stopTokens, config.eosToken, tokenizer.eos], [[0, 3, 2], 0, 0]);
  });

  it('is described by the header alone', async () => {
    const { config, license, size } = await askGguf(fixture('llama.gguf'));
    const to = target();
    assert.deepEqual(size, (await importGguf(fixture('llama.gguf'), to)).size);
    assert.deepEqual([license, config], [undefined, (await readModelFolder(to)).config]);
  });

  it('finds the settings that scaled the frequencies of Llama 3', async () => {
    const to = target();
    await importGguf(fixture('llama-scaled.gguf'), to);
    const { rope_scaling: scaling, rope_theta: base } = await readJson(to, 'config.json');
    assert.deepEqual(scaling, {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    });
    assert.equal(base, 500000);
  });

  it('refuses frequencies that no known settings come to', async () => {
    const bytes = await readFile(fixture('llama-scaled.gguf'));
    const { tensors } = await readGguf(fixture('llama-scaled.gguf'));
    const divisors = tensors.get('rope_freqs.weight')!;
    bytes.writeFloatLE(1.5, divisors.start + 4);
    const file = path.join(folder.path, 'scaled.gguf');
    await writeFile(file, bytes);
    const sentence = `${file}: tensor "rope_freqs.weight" scales rotary frequencies in a way that is not supported.`;
    await assert.rejects(importGguf(file, target()), new UserError(sentence));
  });

  it('tells what quantisation cost', async () => {
    const { costs, size } = await importGguf(fixture('llama.gguf'), target());
    const { tensors, size: bytes } = await readGguf(fixture('llama.gguf'));
    const weights = Array.from(tensors.values(), ({ shape }) => sizeOf(shape)).reduce((sum, n) => sum + n, 0);
    assert.deepEqual(size, { file: bytes, weights: 4 * weights });
    assert.equal(
      costs.reduce((sum, cost) => sum + cost.weights, 0),
      weights,
    );
    assert.ok(Math.abs(costs.reduce((sum, cost) => sum + cost.share, 0) - 1) < 1e-9);
    const byType = Object.fromEntries(costs.map((cost) => [cost.type, cost]));
    assert.deepEqual(Object.keys(byType).sort(), ['F16', 'F32', 'Q4_1', 'Q5_1', 'Q8_0']);
    assert.equal(byType.F16.relativeStep, undefined);
    // 32 normal numbers reach over about 4.1 standard deviations, in 15 or 31 steps; of 127 steps half reach over 2.2.
    assert.ok(Math.abs(byType.Q4_1.relativeStep! / (4.1 / 15) - 1) < 0.1, String(byType.Q4_1.relativeStep));
    assert.ok(Math.abs(byType.Q5_1.relativeStep! / (4.1 / 31) - 1) < 0.1, String(byType.Q5_1.relativeStep));
    assert.ok(Math.abs(byType.Q8_0.relativeStep! / (2.2 / 127) - 1) < 0.2, String(byType.Q8_0.relativeStep));
  });

  it('writes over nothing', async () => {
    const to = target();
    await mkdir(to);
    await importGguf(fixture('qwen2.gguf'), to);
    const sentence = (held: string) => `${to} is not empty: it holds ${held}; name a folder that is new or empty.`;
    await assert.rejects(importGguf(fixture('llama.gguf'), to), new UserError(sentence('config.json')));
    assert.equal((await readModelFolder(to)).config.family, 'qwen2');
    const file = path.join(folder.path, 'file');
    await writeFile(file, 'mine');
    await assert.rejects(importGguf(fixture('llama.gguf'), file), UserError);
    assert.equal(await readFile(file, 'utf8'), 'mine');
  });

  it('leaves nothing behind when it is stopped', async () => {
    const to = target();
    const stop = new AbortController();
    let told = 0;
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      told = done / total;
      if (told > 0.5) stop.abort();
    };
    await assert.rejects(importGguf(fixture('llama.gguf'), to, { signal: stop.signal, onProgress }), {
      name: 'AbortError',
    });
    assert.ok(told > 0.5 && told < 1);
    await nothingLeft();
    assert.ok(!(await readdir(folder.path)).includes(path.basename(to)));
  });

  it('refuses numbers that are none, and leaves nothing behind', async () => {
    const bytes = await readFile(fixture('llama.gguf'));
    const { tensors } = await readGguf(fixture('llama.gguf'));
    bytes.writeUInt16LE(0x7e00, tensors.get('blk.1.ffn_down.weight')!.start);
    const file = path.join(folder.path, 'nan.gguf');
    await writeFile(file, bytes);
    const to = target();
    const sentence = `${file}: tensor "blk.1.ffn_down.weight" holds NaN; the model is broken.`;
    await assert.rejects(importGguf(file, to), new UserError(sentence));
    await nothingLeft();
    assert.ok(!(await readdir(folder.path)).includes(path.basename(to)));
  });

  const disk = mkdtempSync(path.join(os.tmpdir(), 'pit-disk-'));
  const isMounted =
    process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', disk]).status === 0;
  after(() => {
    if (isMounted) spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  describe(`on a small disk${isMounted ? '' : ' (skipped: it needs the right to mount one)'}`, () => {
    before(function () {
      if (!isMounted) this.skip();
    });

    it('says that the disk is full, and leaves nothing behind', async () => {
      const filler = path.join(disk, 'filler');
      const onProgress = ({ done, total }: { done: number; total: number }) => {
        if (done > 0.4 * total && !existsSync(filler)) fill(filler);
      };
      const to = path.join(disk, 'some', 'model');
      await assert.rejects(
        importGguf(fixture('llama.gguf'), to, { onProgress }),
        /can't be written: the disk is full\.$/,
      );
      assert.deepEqual(await readdir(disk), ['filler']);
    });

    it('does not begin what does not fit', async () => {
      const to = path.join(disk, 'model');
      const sentence =
        /^UserError: .*model can't be written: it takes 0\.03 GB, but the disk has only 0\.00 GB free\.$/;
      await assert.rejects(importGguf(fixture('llama.gguf'), to), sentence);
      assert.deepEqual(await readdir(disk), ['filler']);
    });
  });

  describe('refuses in one sentence', () => {
    /** The file with some entries of its header replaced by others of the same length, which keeps all offsets. */
    const patched = async (from: Buffer, to: Buffer, name = 'llama.gguf') => {
      const bytes = await readFile(fixture(name));
      const at = bytes.indexOf(from);
      assert.ok(at > 0 && from.length === to.length);
      to.copy(bytes, at);
      const file = path.join(folder.path, 'patched.gguf');
      await writeFile(file, bytes);
      return file;
    };
    const number = (key: string, value: number) => entry(key, 4, u32(value));
    const cases: [what: string, from: Buffer, to: Buffer, sentence: string][] = [
      [
        'an unknown architecture',
        entry('general.architecture', 8, text('llama')),
        entry('general.architecture', 8, text('gemma')),
        'metadata "general.architecture" is "gemma", and only llama, qwen2, qwen3 can be imported',
      ],
      [
        'an option that is not built here',
        number('llama.vocab_size', 40),
        number('llama.clamp_kqvs', 40),
        'metadata "llama.clamp_kqvs" is an option that is not supported',
      ],
      [
        'a size that is missing',
        text('llama.block_count'),
        text('other.block_count'),
        'metadata "llama.block_count" is missing',
      ],
      [
        'rotation of a part of each head',
        number('llama.rope.dimension_count', 8),
        number('llama.rope.dimension_count', 4),
        'metadata "llama.rope.dimension_count" must be the size of a head, 8',
      ],
      [
        'another size than the tensors have',
        number('llama.feed_forward_length', 64),
        number('llama.feed_forward_length', 32),
        'tensor "blk.0.ffn_gate.weight" has shape [64, 32], but the metadata make it [32, 32]',
      ],
      [
        'a layer too many',
        number('llama.block_count', 2),
        number('llama.block_count', 1),
        'tensor "blk.1.attn_norm.weight" is no weight of the model that the metadata describe',
      ],
      [
        'a claim of more layers than anyone can hold',
        number('llama.block_count', 2),
        number('llama.block_count', 0xffffffff),
        'metadata "llama.block_count" claims 4294967295 layers, but there are 20 tensors',
      ],
      [
        'a tensor too few',
        text('blk.1.ffn_down.weight'),
        text('blk.1.fun_down.weight'),
        'has no tensor "blk.1.ffn_down.weight"',
      ],
    ];
    for (const [what, from, to, sentence] of cases) {
      it(what, async () => {
        const file = await patched(from, to);
        const full = sentence.startsWith('has') ? `${file} ${sentence}.` : `${file}: ${sentence}.`;
        await assert.rejects(importGguf(file, target()), new UserError(full));
        await nothingLeft();
      });
    }

    it('a folder that can not be made', async () => {
      const file = path.join(folder.path, 'no-folder');
      await writeFile(file, '');
      await assert.rejects(importGguf(fixture('llama.gguf'), path.join(file, 'model')), UserError);
    });

    it('a tokenizer that is larger than the embedding', async () => {
      const sides = (rows: number) => Buffer.concat([text('token_embd.weight'), u32(2), u64(32), u64(rows)]);
      const file = await patched(sides(40), sides(39));
      const sentence = `${file}: the tokenizer has 40 entries, but the model embeds only 39.`;
      await assert.rejects(importGguf(file, target()), new UserError(sentence));
    });
  });
});
