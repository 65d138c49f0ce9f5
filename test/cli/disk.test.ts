import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder } from '../../src/run/folder';
import { stateOf } from '../../src/run/state';
import { summarizeRun } from '../../src/run/summary';
import { makeWorld, pit, writeExperiment } from './small';

const place = mkdtempSync(join(tmpdir(), 'pit-disk-'));
const mount = (...words: string[]) => spawnSync('mount', ['-t', 'tmpfs', ...words, 'tmpfs', place]).status === 0;
/** Room for one checkpoint of a nano, not for two. */
const isSmall = process.platform === 'linux' && mount('-o', 'size=16m');
const why = isSmall ? '' : ' (skipped: it needs the right to mount a small disk)';

describe(`a full disk${why}`, function () {
  before(function () {
    if (!isSmall) this.skip();
  });

  after(() => {
    if (isSmall) spawnSync('umount', [place]);
    rmSync(place, { recursive: true });
  });

  it('ends the run with one sentence, keeps the finished checkpoint, and the run goes on when there is room', async () => {
    const { root } = await makeWorld();
    const training = {
      sequence: 128,
      mixed: { rate: 1e-3, batch: 16 },
      documents: { rate: 1e-3, batch: 2 },
      checkpointEvery: 2,
    };
    const experiment = writeExperiment(root, { model: { preset: 'nano', vocabulary: 400 }, training }, 'disk');
    const out = join(place, 'runs');
    const full = await pit('run', experiment, '--out', out);
    assert.equal(full.code, 1);
    assert.match(full.stderr, /disk is full/);
    const folder = RunFolder.open(join(out, 'pit-seed1'));
    assert.equal(stateOf(folder), 'failed');
    assert.match(summarizeRun(folder).reason ?? '', /disk is full/);
    assert.equal(readdirSync(folder.file('checkpoints')).length, 1);
    assert.ok(mount('-o', 'remount,size=200m'));
    const resumed = await pit('resume', folder.path);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(stateOf(folder), 'finished');
  });
});
