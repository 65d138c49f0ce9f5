/** Safetensors: files of another program, the round trip, and every way in which a header can lie. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../../src/errors';
import { readHeader, readTensor, writeSafetensors } from '../../../src/model/safetensors';

const fixture = path.join(__dirname, '../../fixtures/model/llama-tied/model.safetensors');

/** A file with this header, this many bytes of data, and possibly another length in front. */
function fileOf(header: unknown, dataBytes: number, claimed?: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(claimed ?? json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const entry = (shape: unknown, start: unknown, end: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

describe('safetensors', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pit-'));
    file = path.join(folder, 'a.safetensors');
  });
  after(() => rm(folder, { recursive: true }));

  const refused = async (bytes: Buffer, sentence: string) => {
    await writeFile(file, bytes);
    await assert.rejects(readHeader(file), new UserError(`${file} is not a sound safetensors file: ${sentence}.`));
  };

  it('reads what PyTorch has written', async () => {
    const { tensors, metadata } = await readHeader(fixture);
    assert.deepEqual(metadata, { format: 'pt' });
    const embedding = tensors.get('model.embed_tokens.weight')!;
    assert.deepEqual(embedding.shape, [96, 32]);
    const values = await readTensor(embedding);
    assert.equal(values.length, 96 * 32);
    assert.ok(values.every((value) => Number.isFinite(value) && Math.abs(value) < 3));
  });

  it('reads what it writes, bit for bit, and shapes of every rank', async () => {
    const tensors = [
      { name: 'scalar', shape: [], data: Float32Array.of(-0) },
      { name: 'empty', shape: [0, 3], data: new Float32Array() },
      { name: 'weird "name"\n', shape: [2, 1, 2], data: Float32Array.of(NaN, Infinity, 1e-45, 3.4e38) },
      { name: 'part of a larger buffer', shape: [2], data: Float32Array.of(1, 2, 3, 4).subarray(1, 3) },
    ];
    await writeSafetensors(file, tensors, { step: '7' });
    const { tensors: read, metadata } = await readHeader(file);
    assert.deepEqual(metadata, { format: 'pt', step: '7' });
    assert.deepEqual(
      [...read.keys()],
      tensors.map(({ name }) => name),
    );
    for (const { name, shape, data } of tensors) {
      assert.deepEqual(read.get(name)!.shape, shape);
      assert.deepEqual(await readTensor(read.get(name)!), data);
    }
  });

  it('starts the data at a multiple of 8', async () => {
    for (const name of ['a', 'ab', 'abc', 'abcdefgh']) {
      await writeSafetensors(file, [{ name, shape: [1], data: Float32Array.of(1) }]);
      assert.equal((await readHeader(file)).tensors.get(name)!.start % 8, 0);
    }
  });

  it('reads half-precision numbers', async () => {
    const data = Buffer.from(Uint16Array.of(0x3c00, 0xc000, 0x3f80, 0xc049).buffer);
    const header = { half: entry([2], 0, 4, 'F16'), brain: entry([2], 4, 8, 'BF16') };
    await writeFile(file, Buffer.concat([fileOf(header, 0), data]));
    const { tensors } = await readHeader(file);
    assert.deepEqual([...(await readTensor(tensors.get('half')!))], [1, -2]);
    assert.deepEqual([...(await readTensor(tensors.get('brain')!))], [1, -3.140625]);
  });

  it('refuses to read whole numbers as weights', async () => {
    await writeFile(file, fileOf({ ids: entry([1], 0, 8, 'I64') }, 8));
    const ids = (await readHeader(file)).tensors.get('ids')!;
    const sentence = `${file}: tensor "ids" has type I64; only F32, F16 and BF16 can be read.`;
    await assert.rejects(readTensor(ids), new UserError(sentence));
  });

  it('refuses files that are cut off', async () => {
    await refused(Buffer.alloc(5), 'it has only 5 bytes');
    await refused(fileOf('{}', 0, 50), 'its header of 50 bytes is cut off');
    await refused(fileOf('{}', 0, 2 ** 40), 'its header claims 1099511627776 bytes');
    const whole = await readFile(fixture);
    await writeFile(file, whole.subarray(0, whole.length - 4));
    await assert.rejects(
      readHeader(file),
      /tensor "[^"]+" reaches beyond the end of the file; the file may be cut off\.$/,
    );
  });

  it('refuses headers that are none', async () => {
    await refused(fileOf('{"a"', 0), 'its header is not JSON');
    await refused(fileOf('[1]', 0), 'its header is not an object');
    await refused(fileOf({ __metadata__: 3 }, 0), 'its metadata is not an object');
    await refused(fileOf({ a: 3 }, 0), 'tensor "a" has no description');
    await refused(fileOf({ a: entry([1], 0, 4, 'F33') }, 4), 'tensor "a" has the unknown type "F33"');
    await refused(fileOf({ a: entry([-1], 0, 4) }, 4), 'tensor "a" has no valid shape');
    await refused(fileOf({ a: entry([1], 0, 4.5) }, 4), 'tensor "a" has no valid byte range');
    await refused(
      fileOf({ a: entry([1], 4, 0) }, 4),
      'tensor "a" reaches beyond the end of the file; the file may be cut off',
    );
  });

  it('refuses ranges that lie', async () => {
    await refused(
      fileOf({ a: entry([2], 0, 4) }, 4),
      'tensor "a" has 4 bytes, but its shape [2] of F32 needs another number',
    );
    await refused(fileOf({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8), 'tensor "b" overlaps another');
    await refused(fileOf({ a: entry([1], 4, 8) }, 8), 'bytes before tensor "a" belong to no tensor');
    await refused(fileOf({ a: entry([1], 0, 4) }, 8), 'its last 4 bytes belong to no tensor');
    const huge = [2 ** 30, 2 ** 30, 2 ** 30];
    await assert.rejects(
      writeFile(file, fileOf({ a: entry(huge, 0, 4) }, 4)).then(() => readHeader(file)),
      UserError,
    );
  });

  it('names a file that is missing', async () => {
    await assert.rejects(readHeader('/nowhere'), new UserError("/nowhere can't be read: it does not exist."));
  });

  it('either reads a damaged file or refuses it in one sentence', async () => {
    const whole = await readFile(fixture);
    const headerLength = 8 + Number(whole.readBigUInt64LE());
    const damage = fc.array(fc.tuple(fc.nat(headerLength - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(3), async (bytes, cut) => {
        const damaged = Buffer.from(whole.subarray(0, whole.length - cut * 1000));
        for (const [at, value] of bytes) damaged[at] = value;
        await writeFile(file, damaged);
        try {
          const { tensors } = await readHeader(file);
          for (const tensor of tensors.values()) assert.ok(tensor.start <= tensor.end && tensor.end <= damaged.length);
        } catch (error) {
          assert.ok(error instanceof UserError, String(error));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('writes data that is made in parts, one at a time', async () => {
    let held = 0;
    async function* parts(value: number) {
      for (let i = 0; i < 3; i++) {
        assert.equal(held++, 0);
        yield Float32Array.of(value, i);
        held--;
      }
    }
    const made = (name: string, value: number) => ({ name, shape: [3, 2], data: () => parts(value) });
    await writeSafetensors(file, [made('a', 7), { name: 'b', shape: [1], data: Float32Array.of(9) }, made('c', 8)]);
    const { tensors } = await readHeader(file);
    const values = await Promise.all(Array.from(tensors.values(), readTensor));
    assert.deepEqual(
      values.map((one) => [...one]),
      [[7, 0, 7, 1, 7, 2], [9], [8, 0, 8, 1, 8, 2]],
    );
  });

  it('leaves the old file if data and shape disagree', async () => {
    await writeSafetensors(file, [{ name: 'a', shape: [1], data: Float32Array.of(5) }]);
    const short = { name: 'a', shape: [3], data: Float32Array.of(1, 2) };
    await assert.rejects(writeSafetensors(file, [short]), /a: shape \[3\] lacks 1 numbers/);
    const { tensors } = await readHeader(file);
    assert.deepEqual([...(await readTensor(tensors.get('a')!))], [5]);
  });

  it('says in one sentence that a folder can not be written', async () => {
    const missing = path.join(folder, 'none', 'a.safetensors');
    await assert.rejects(writeSafetensors(missing, []), UserError);
  });
});
