import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolderSync } from '../../src/make-folder';

describe('making a folder', () => {
  let place: string;
  beforeEach(() => (place = mkdtempSync(join(tmpdir(), 'pit-folder-'))));
  afterEach(() => rmSync(place, { recursive: true }));

  it('makes those above it, gives the first that was not there, and leaves what is', () => {
    assert.equal(makeFolderSync(join(place, 'a/b/c')), join(place, 'a'));
    assert.equal(makeFolderSync(join(place, 'a/b/d')), join(place, 'a/b/d'));
    assert.equal(makeFolderSync(join(place, 'a/b')), undefined);
    assert.ok(existsSync(join(place, 'a/b/c')));
  });

  it('follows links', () => {
    mkdirSync(join(place, 'real'));
    symlinkSync(join(place, 'real'), join(place, 'link'));
    makeFolderSync(join(place, 'link/a'));
    assert.ok(existsSync(join(place, 'real/a')));
  });

  it('says that a file stands in the way', () => {
    writeFileSync(join(place, 'file'), '');
    for (const name of ['file', 'file/a/b'])
      assert.throws(() => makeFolderSync(join(place, name)), { code: 'ENOTDIR' });
  });

  it('says where no folder may be made (skipped without /proc, off Linux)', function () {
    if (!existsSync('/proc/self')) this.skip();
    assert.throws(() => makeFolderSync('/proc/nowhere/a'), { code: 'EPERM' });
  });
});
