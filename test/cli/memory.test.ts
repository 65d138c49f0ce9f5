/**
 * Running out of memory for real: once a trainer is in its first stage, it may take no more than a little beside what it
 * has, and the second stage, whose batch has many times as many rows, does not fit. Rows are long, so that what is asked for at
 * a time is much and something is left for the program itself.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { biosDefaults, writeBios } from '../../src/dataset/bios';
import type { RunEvent } from '../../src/run/events';
import { RunFolder } from '../../src/run/folder';
import { stateOf } from '../../src/run/state';
import { summarizeRun } from '../../src/run/summary';
import { copyUntrained, type Finished, finish, makeWorld, pit, startTrainerOn, until } from './small';

const isLimited = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
const why = isLimited ? '' : ' (skipped: it needs Linux with prlimit)';
/** Bytes of address space beside what the trainer has in its first stage. */
const room = 400e6;

describe(`a step that does not fit into memory${why}`, function () {
  let root: string;
  let whole: string;

  before('train without a limit', async function () {
    if (!isLimited) return this.skip();
    const world = await makeWorld({
      recipes: undefined,
      stages: [
        { parts: ['questions:train'], epochs: 1, batch: 30, rate: 1e-3 },
        { parts: ['documents:train', 'questions:train', 'documents:test'], epochs: 1, batch: 500, rate: 1e-3 },
      ],
      training: { sequence: 160, row: 1024, checkpointEvery: 1000 },
      evaluation: { subset: 1, trainQuestions: 1, maxTokens: 1, bootstrap: 10 },
    });
    root = world.root;
    await writeBios(join(root, 'data'), { ...biosDefaults, people: { train: 30, test: 5, base: 0 }, seed: 3 });
    // Otherwise each thread sets address space aside that it never uses.
    process.env.MALLOC_ARENA_MAX = '1';
    const { code, stderr } = await pit('run', world.experiment);
    assert.equal(code, 0, stderr);
    whole = join(
      root,
      'runs/small',
      readdirSync(join(root, 'runs/small')).find((name) => name.endsWith('seed1'))!,
    );
  });

  after(() => delete process.env.MALLOC_ARENA_MAX);

  /**
   * Trains a copy of the run that gets its limit in the first stage. What an allocation that fails leaves free is chance;
   * where it is so little that Node itself ends for lack of a page, that says nothing and is tried again.
   */
  async function limited(name: string, outOfMemory: 'stop' | 'halve', tries = 3): Promise<{ path: string } & Finished> {
    const path = join(root, `${name}-${tries}`);
    copyUntrained(whole, path, ({ training }) => (training.outOfMemory = outOfMemory));
    const child = startTrainerOn(path);
    const ended = finish(child);
    await until(child, path, (events) => events.some(({ type }) => type === 'step'));
    const size = Number(/^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024;
    const set = spawnSync('prlimit', ['--pid', String(child.pid), `--as=${size + room}`]);
    assert.equal(set.status, 0, set.stderr.toString());
    const finished = await ended;
    const isNodesOwn = /^(FATAL ERROR|.*Fatal process out of memory)/m.test(finished.stderr);
    return isNodesOwn && tries > 1 ? limited(name, outOfMemory, tries - 1) : { path, ...finished };
  }

  const stepsOf = (path: string) =>
    RunFolder.open(path)
      .readEvents()
      .events.filter((event) => event.type === 'step');

  it('stops the run with the numbers; it goes on from its checkpoint where there is more', async () => {
    const { path, code, stderr } = await limited('stopped', 'stop');
    assert.equal(code, 1);
    const sentence =
      /Memory ran out in a training step: by the estimate it takes about [\d.]+ GB of memory \(weights [^)]*\), this process has held [\d.]+ GB at most, and this machine has [\d.]+ GB \(of address space the process may take [\d.]+ GB\); a smaller "training\.microBatch".*The last checkpoint is intact\./;
    assert.match(stderr, sentence);
    const folder = RunFolder.open(path);
    assert.equal(stateOf(folder), 'failed');
    assert.match(summarizeRun(folder).reason ?? '', sentence);
    assert.equal(readdirSync(folder.file('checkpoints')).length, 1);
    const resumed = await pit('resume', path);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(
      stepsOf(path).map(({ loss }) => loss),
      stepsOf(whole).map(({ loss }) => loss),
    );
  });

  it('goes on with half as much at once where the experiment says so, to the same losses', async () => {
    const { path, code, stderr } = await limited('halved', 'halve');
    assert.equal(code, 0, stderr);
    const { events } = RunFolder.open(path).readEvents();
    const halved = events.filter((event): event is Extract<RunEvent, { type: 'halved' }> => event.type === 'halved');
    assert.ok(halved.length > 0);
    for (const [i, { places, message, stage }] of halved.entries()) {
      assert.equal(stage, 2);
      assert.ok(i === 0 || places < halved[i - 1].places);
      assert.ok(message.endsWith(`at most ${places} places are computed at once, of the same effective batch.`));
      assert.ok(stderr.includes(message));
    }
    const expected = stepsOf(whole);
    const found = stepsOf(path);
    assert.equal(found.length, expected.length);
    found.forEach(({ loss, gradientNorm }, i) => {
      assert.ok(Math.abs(loss / expected[i].loss - 1) < 1e-4, `${loss} at step ${i}, not ${expected[i].loss}`);
      assert.ok(Math.abs(gradientNorm / expected[i].gradientNorm - 1) < 1e-3);
    });
    assert.match(summarizeRun(RunFolder.open(path)).problems.join(), /Memory ran out/);
  });
});
