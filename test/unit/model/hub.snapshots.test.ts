/** Which models the hub's cache is found to hold. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotsIn } from '../../../src/model/hub/snapshots';

describe('the snapshots of the cache', () => {
  let cache: string;

  beforeEach(() => (cache = mkdtempSync(join(tmpdir(), 'pit-cache-'))));
  afterEach(() => rmSync(cache, { recursive: true }));

  const snapshot = (model: string, commit: string) => {
    const folder = join(cache, model, 'snapshots', commit);
    mkdirSync(folder, { recursive: true });
    return folder;
  };

  it('are one of each model: that of the main branch, or else the newest', async () => {
    const main = snapshot('models--ann--tiny--two', 'aaa');
    utimesSync(main, 1, 1);
    snapshot('models--ann--tiny--two', 'bbb');
    mkdirSync(join(cache, 'models--ann--tiny--two/refs'));
    writeFileSync(join(cache, 'models--ann--tiny--two/refs/main'), 'aaa');
    utimesSync(snapshot('models--gpt2', 'ccc'), 1, 1);
    const newest = snapshot('models--gpt2', 'ddd');
    utimesSync(snapshot('models--gpt2', 'eee'), 1, 1);
    snapshot('datasets--ann--people', 'fff');
    mkdirSync(join(cache, 'models--bob--broken'));
    writeFileSync(join(cache, 'version.txt'), '1');
    assert.deepEqual(await snapshotsIn(cache), [
      { model: 'ann/tiny--two', commit: 'aaa', folder: main },
      { model: 'gpt2', commit: 'ddd', folder: newest },
    ]);
  });

  it('are none where there is no cache', async () => {
    assert.deepEqual(await snapshotsIn(join(cache, 'none')), []);
  });
});
