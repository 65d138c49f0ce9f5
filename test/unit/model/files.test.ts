/** Replacing files in one go, and sentences about what the system refuses. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import { readJson, replaceFile, writeJson } from '../../../src/model/files';

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pit-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('replaces a file by all that was written', async () => {
    const file = path.join(folder, 'a');
    await writeFile(file, 'old');
    await replaceFile(file, async (handle) => {
      await handle.writeFile('ne');
      assert.equal(await readFile(file, 'utf8'), 'old');
      await handle.writeFile('w');
    });
    assert.equal(await readFile(file, 'utf8'), 'new');
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('keeps the old file and leaves nothing behind when the disk is full', async () => {
    const file = path.join(folder, 'a');
    await writeFile(file, 'old');
    const full = replaceFile(file, async (handle) => {
      await handle.writeFile('half');
      throw Object.assign(new Error('write'), { code: 'ENOSPC' });
    });
    await assert.rejects(full, new UserError(`${file} can't be written: the disk is full.`));
    assert.equal(await readFile(file, 'utf8'), 'old');
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('leaves a mistake in the program its own error', async () => {
    const mistake = new TypeError('x is undefined');
    await assert.rejects(
      replaceFile(path.join(folder, 'a'), () => Promise.reject(mistake)),
      mistake,
    );
    assert.deepEqual(await readdir(folder), []);
  });

  it('says what stands in the way', async () => {
    const inTheWay = path.join(folder, 'a');
    await mkdir(path.join(inTheWay, 'b'), { recursive: true });
    await assert.rejects(readJson(inTheWay), new UserError(`${inTheWay} can't be read: it is a folder.`));
    await assert.rejects(
      replaceFile(inTheWay, (handle) => handle.writeFile('x')),
      UserError,
    );
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('reads the JSON it writes, and names a file that holds none', async () => {
    const file = path.join(folder, 'a.json');
    await writeJson(file, { a: [1, 'ü'] });
    assert.deepEqual(await readJson(file), { a: [1, 'ü'] });
    await writeFile(file, '{');
    await assert.rejects(readJson(file), new RegExp(`^UserError: ${file} is not JSON: .+\\.$`));
  });
});
