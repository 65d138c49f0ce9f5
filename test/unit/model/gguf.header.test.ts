/** GGUF headers: what is read, and every way in which one can lie. */
import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../../src/errors';
import { readGguf } from '../../../src/model/gguf/header';
import { entry, fixture, ggufOf, temporary, tensor, text, u32, u64 } from './gguf.support';

const list = (type: number, count: number | bigint, ...values: Buffer[]) =>
  Buffer.concat([u32(type), u64(count), ...values]);

describe('GGUF header', () => {
  const folder = temporary();
  const fileOf = async (bytes: Buffer) => {
    const file = path.join(folder.path, 'a.gguf');
    await writeFile(file, bytes);
    return file;
  };
  const refused = async (bytes: Buffer, sentence: string) => {
    const file = await fileOf(bytes);
    await assert.rejects(readGguf(file), new UserError(`${file} is not a sound GGUF file: ${sentence}.`));
  };

  it('reads what the gguf package has written', async () => {
    const { metadata, tensors, size } = await readGguf(fixture('llama.gguf'));
    assert.equal(metadata.get('general.architecture'), 'llama');
    assert.equal(metadata.get('llama.embedding_length'), 32);
    assert.equal(metadata.get('llama.attention.layer_norm_rms_epsilon'), Math.fround(1e-5));
    assert.deepEqual((metadata.get('tokenizer.ggml.tokens') as string[]).slice(0, 3), ['<end>', 'Ġ', 'a']);
    const { shape, type, start, end } = tensors.get('blk.1.ffn_down.weight')!;
    assert.deepEqual([shape, type, end - start], [[32, 64], 'Q5_1', (32 * 64 * 24) / 32]);
    assert.equal(Math.max(...Array.from(tensors.values(), (one) => one.end)), size);
  });

  it('reads values of every type, and keeps byte order marks', async () => {
    const entries = [
      entry('u8', 0, Buffer.from([200])),
      entry('i8', 1, Buffer.from([200])),
      entry('u16', 2, Buffer.from([1, 2])),
      entry('i16', 3, Buffer.from([255, 255])),
      entry('i32', 5, u32(0xffffffff)),
      entry('bool', 7, Buffer.from([1])),
      entry('u64', 10, u64(2n ** 60n)),
      entry('i64', 11, u64(2n ** 64n - 1n)),
      entry('f64', 12, Buffer.from(new Float64Array([0.1]).buffer)),
      entry('texts', 9, list(8, 2, text('\ufeff'), text('\ufeffusing'))),
      entry('lists', 9, list(9, 2, list(0, 1, Buffer.from([7])), list(8, 0))),
    ];
    const { metadata } = await readGguf(await fileOf(ggufOf({ entries })));
    assert.deepEqual(Object.fromEntries(metadata), {
      u8: 200,
      i8: -56,
      u16: 513,
      i16: -1,
      i32: -1,
      bool: true,
      u64: 2n ** 60n,
      i64: -1n,
      f64: 0.1,
      texts: ['\ufeff', '\ufeffusing'],
      lists: [[7], []],
    });
  });

  it('reads texts that are longer than what it reads ahead', async () => {
    const long = 'é'.repeat(3_000_000);
    const entries = [entry('long', 8, text(long)), entry('after', 4, u32(7))];
    const { metadata } = await readGguf(await fileOf(ggufOf({ entries })));
    assert.deepEqual([metadata.get('long') === long, metadata.get('after')], [true, 7]);
  });

  it('refuses what is no GGUF file', async () => {
    await refused(Buffer.alloc(0), 'it does not begin with "GGUF"');
    await refused(Buffer.from('PK\x03\x04 and more'), 'it does not begin with "GGUF"');
    await refused(Buffer.from('GGUF'), 'its header is cut off at byte 4');
    await refused(ggufOf({ version: 1 }), 'its version is 1, and only 2 and 3 can be read');
    const file = path.join(folder.path, 'missing.gguf');
    await assert.rejects(readGguf(file), new UserError(`${file} can't be read: it does not exist.`));
    await assert.rejects(readGguf(folder.path), new UserError(`${folder.path} can't be read: it is a folder.`));
  });

  it('refuses claims that the file is too short for', async () => {
    const huge = 100_000_000_000n;
    await refused(ggufOf({ claimed: { tensors: huge } }), `it claims ${huge} tensors, but is too short for them`);
    await refused(
      ggufOf({ claimed: { entries: huge } }),
      `it claims ${huge} metadata entries, but is too short for them`,
    );
    await refused(ggufOf({ claimed: { entries: 2n ** 64n - 1n } }), `it claims a length of ${2n ** 64n - 1n}`);
    const long = Buffer.concat([u64(huge), Buffer.from('short')]);
    await refused(
      ggufOf({ entries: [entry('a', 8, long)] }),
      `it claims a text of ${huge} bytes, but is too short for them`,
    );
    const many = entry('a', 9, list(0, huge));
    await refused(ggufOf({ entries: [many] }), `it claims ${huge} values in metadata "a", but is too short for them`);
  });

  it('does not hold what a large file claims', async () => {
    const longest = 'no header is longer than 33554432 bytes';
    const large = async (bytes: Buffer, sentence: string) => {
      const file = await fileOf(bytes);
      await truncate(file, 10_000_000_000);
      await assert.rejects(readGguf(file), new UserError(`${file} is not a sound GGUF file: ${sentence}.`));
    };
    const values = entry('a', 9, list(0, 300_000_000));
    await large(ggufOf({ entries: [values] }), `it claims 300000000 values in metadata "a", but ${longest}`);
    await large(ggufOf({ claimed: { tensors: 200_000_000 } }), `it claims 200000000 tensors, but ${longest}`);
    await large(ggufOf({ claimed: { tensors: 1_000_000 } }), 'two of its tensors have the name ""');
    const long = entry('a', 8, u64(34_000_000));
    await large(ggufOf({ entries: [long] }), `it claims a text of 34000000 bytes, but ${longest}`);
  });

  it('refuses metadata that contradict themselves', async () => {
    const one = entry('a', 4, u32(1));
    await refused(ggufOf({ entries: [one, one] }), 'metadata "a" stands there twice');
    await refused(ggufOf({ entries: [entry('a', 13, u32(1))] }), 'metadata "a" has the unknown type 13');
    const deep = list(9, 1, list(9, 1, list(9, 1, list(0, 0))));
    await refused(ggufOf({ entries: [entry('a', 9, deep)] }), 'metadata "a" nests arrays too deeply');
    const broken = Buffer.concat([u64(1), Buffer.from([0xff])]);
    await refused(ggufOf({ entries: [entry('a', 8, broken)], data: 8 }), 'the text before byte 46 is not UTF-8');
    const alignment = entry('general.alignment', 4, u32(0));
    await refused(ggufOf({ entries: [alignment] }), 'its alignment is 0');
  });

  it('refuses tensors that do not lie in the file', async () => {
    const end = 'tensor "t" reaches beyond the end of the file; the file may be cut off';
    await refused(ggufOf({ tensors: [tensor('t', [8], 0)], data: 31 }), end);
    await refused(ggufOf({ tensors: [tensor('t', [8], 1_000_000)], data: 32 }), end);
    await refused(ggufOf({ tensors: [tensor('t', [100_000_000_000n], 0)], data: 32 }), end);
    const sides = [2n ** 40n, 2n ** 40n];
    await refused(
      ggufOf({ tensors: [tensor('t', sides, 0)] }),
      'tensor "t" of F32 has the shape [1099511627776, 1099511627776]',
    );
    await refused(ggufOf({ tensors: [tensor('t', [0], 0)] }), 'tensor "t" of F32 has the shape [0]');
    await refused(ggufOf({ tensors: [tensor('t', [33], 0, 2)], data: 64 }), 'tensor "t" of Q4_0 has the shape [33]');
    await refused(ggufOf({ tensors: [tensor('t', [1, 1, 1, 1, 1], 0)], data: 4 }), 'tensor "t" has 5 dimensions');
    const two = [tensor('a', [8], 0), tensor('b', [8], 16)];
    await refused(ggufOf({ tensors: two, data: 64 }), 'tensor "b" overlaps another');
    const same = [tensor('a', [8], 0), tensor('a', [8], 32)];
    await refused(ggufOf({ tensors: same, data: 64 }), 'two of its tensors have the name "a"');
  });

  it('names the tensor of a type that it can not read', async () => {
    const file = await fileOf(ggufOf({ tensors: [tensor('blk.0.x', [256], 0, 10)], data: 84 }));
    const known = 'F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q6_K';
    const sentence = `${file}: tensor "blk.0.x" has type Q2_K, and only ${known} can be read.`;
    await assert.rejects(readGguf(file), new UserError(sentence));
    const odd = await fileOf(ggufOf({ tensors: [tensor('x', [1], 0, 4_000_000)], data: 4 }));
    await assert.rejects(
      readGguf(odd),
      new UserError(`${odd}: tensor "x" has type 4000000, and only ${known} can be read.`),
    );
  });

  it('refuses a file that is cut off anywhere', async () => {
    const whole = await readFile(fixture('llama.gguf'));
    for (let length = whole.length - 1; length > 0; length -= 97) {
      const file = await fileOf(whole.subarray(0, length));
      await assert.rejects(readGguf(file), (error) => error instanceof UserError && /sound GGUF/.test(error.message));
    }
  });

  it('either reads a damaged file or refuses it in one sentence', async () => {
    const whole = await readFile(fixture('llama.gguf'));
    await fc.assert(
      fc.asyncProperty(fc.nat(2_500), fc.nat(255), async (at, byte) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        const file = await fileOf(damaged);
        await readGguf(file).catch((error) => assert.ok(error instanceof UserError, String(error)));
      }),
      { numRuns: 300 },
    );
  });
});
