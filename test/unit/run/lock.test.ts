/** The lock of a folder, wanted by several processes at once. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { keepLock, lockHolder, releaseLock, takeLock } from '../../../src/run/lock';
import { markOf } from '../../../src/run/process';
import { removePlaces, temporaryPlace } from './folders';
import type { Task } from './taker';

const gone = markOf(spawnSync(process.execPath, ['--version']).pid);

const lockFiles = (lock: string) =>
  readdirSync(dirname(lock))
    .sort()
    .map((name) => join(dirname(lock), name));

describe('a lock whose process is gone', () => {
  const processes: ChildProcess[] = [];

  before(async () => {
    processes.push(...Array.from({ length: 6 }, () => fork(join(__dirname, 'taker.ts'))));
    await Promise.all(processes.map((one) => once(one, 'message')));
  });
  afterEach(removePlaces);
  after(() => processes.forEach((one) => one.kill()));

  function stale(): string {
    const lock = join(temporaryPlace(), 'lock');
    writeFileSync(lock, `${JSON.stringify(gone)}\n`);
    return lock;
  }

  /** Gives a task to all processes at once. */
  async function answersTo(task: Task): Promise<unknown[]> {
    const answers = processes.map(async (one) => (await once(one, 'message'))[0]);
    for (const one of processes) one.send(task);
    return Promise.all(answers);
  }

  it('goes to one of those that come at once', async () => {
    for (let round = 0; round < 200; round++) {
      const answers = await answersTo({ lock: stale() });
      assert.deepEqual(answers.sort(), [false, false, false, false, false, true], `round ${round}`);
    }
  });

  it('goes from one to the next, and nothing is left', async () => {
    for (let round = 0; round < 50; round++) {
      const lock = stale();
      const answers = await answersTo({ lock, had: `${lock}.had` });
      assert.deepEqual(
        answers,
        processes.map(() => true),
        `round ${round}`,
      );
      assert.deepEqual(readdirSync(join(lock, '..')), []);
    }
  });

  it('goes on to a third where the second is gone as well, also where one wrote nothing', () => {
    const lock = stale();
    const place = join(lock, '..');
    writeFileSync(join(place, 'lock.1.nobody'), '');
    takeLock(lock, place);
    assert.equal(lockHolder(lock)?.pid, process.pid);
    assert.equal(readdirSync(place).length, 3);
    releaseLock(lock, place);
    assert.deepEqual(readdirSync(place), []);
  });

  it('is touched again and again by who holds it, and not by others', async () => {
    const own = stale();
    takeLock(own, join(own, '..'));
    const foreign = stale();
    const long = new Date(0);
    for (const lock of [own, foreign]) {
      keepLock(lock, 1);
      utimesSync(lockFiles(lock).at(-1)!, long, long);
    }
    while (lockHolder(own)!.sign === 0) await setImmediate();
    assert.equal(lockHolder(foreign)!.sign, 0);
  });
});
