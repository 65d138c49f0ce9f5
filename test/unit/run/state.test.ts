import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { utimesSync, writeFileSync } from 'node:fs';
import type { RunEvent } from '../../../src/run/events';
import type { RunFolder } from '../../../src/run/folder';
import { isAlive, markOf, type ProcessMark, silence } from '../../../src/run/process';
import { stateOf } from '../../../src/run/state';
import { removePlaces, temporaryRun } from './folders';

const time = '2024-05-26T10:00:00.000Z';

/** A real process that waits until it is killed. */
async function waitingProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'console.log("ready"); setInterval(() => {}, 1000)']);
  await once(child.stdout!, 'data');
  return child;
}

function started(folder: RunFolder, mark: ProcessMark): void {
  folder.appendEvent({ type: 'started', time, resumed: false, ...mark });
}

describe('state of a run', () => {
  let child: ChildProcess;
  before(async () => {
    child = await waitingProcess();
  });
  after(() => child.kill('SIGKILL'));
  afterEach(removePlaces);

  it('is running while its process lives and interrupted once that is killed', async () => {
    const victim = await waitingProcess();
    const folder = temporaryRun();
    started(folder, markOf(victim.pid));
    assert.equal(stateOf(folder), 'running');
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    assert.equal(stateOf(folder), 'interrupted');
  });

  it('is interrupted where the process id belongs to a later process (skipped without /proc, off Linux)', function () {
    if (process.platform !== 'linux') this.skip();
    const folder = temporaryRun();
    started(folder, { ...markOf(child.pid), processStart: markOf().processStart });
    assert.equal(stateOf(folder), 'interrupted');
  });

  it('trusts the id alone where nobody said when the process began', () => {
    const folder = temporaryRun();
    started(folder, { pid: child.pid!, host: markOf().host });
    assert.equal(stateOf(folder), 'running');
  });

  it('is running on another machine while signs come from there, and interrupted once they stay away', () => {
    const folder = temporaryRun();
    const elsewhere = { ...markOf(child.pid), host: 'elsewhere.invalid' };
    started(folder, elsewhere);
    assert.equal(stateOf(folder), 'interrupted');
    writeFileSync(folder.file('lock'), `${JSON.stringify(elsewhere)}\n`);
    assert.equal(stateOf(folder), 'running');
    assert.throws(() => folder.lock(), /already being trained by process \d+ on elsewhere\.invalid/);
    utimesSync(folder.file('lock'), new Date(), new Date(Date.now() - silence));
    assert.equal(stateOf(folder), 'interrupted');
    folder.lock();
    assert.equal(folder.holder()?.pid, process.pid);
  });

  it('is waiting as a job that was handed over after its last turn', () => {
    const folder = temporaryRun();
    folder.noteJob({ launcher: 'slurm', id: '7', time: '2026-01-02T00:00:00.000Z' });
    assert.equal(stateOf(folder), 'waiting');
    folder.appendEvent({ type: 'stopped', time: '2026-01-03T00:00:00.000Z', reason: 'asked to' });
    assert.equal(stateOf(folder), 'stopped');
    folder.noteJob({ launcher: 'slurm', id: '8', time: '2026-01-04T00:00:00.000Z' });
    assert.equal(stateOf(folder), 'waiting');
    folder.forgetJob();
    assert.equal(stateOf(folder), 'stopped');
  });

  const endings: RunEvent[] = [
    { type: 'finished', time, seconds: 1 },
    { type: 'stopped', time, reason: 'asked to' },
    { type: 'failed', time, reason: 'loss is not a number' },
  ];
  for (const ending of endings) {
    it(`is ${ending.type} after that event, and running again when resumed`, () => {
      const folder = temporaryRun();
      started(folder, markOf(child.pid));
      folder.appendEvent(ending);
      assert.equal(stateOf(folder), ending.type);
      started(folder, markOf(child.pid));
      assert.equal(stateOf(folder), 'running');
    });
  }

  it('goes by the lock before the first event', () => {
    const folder = temporaryRun();
    assert.equal(stateOf(folder), 'interrupted');
    folder.lock();
    assert.equal(stateOf(folder), 'running');
    folder.unlock();
    assert.equal(stateOf(folder), 'interrupted');
  });
});

describe('lock of a run', () => {
  afterEach(removePlaces);

  it('is refused while another process lives and taken over from a dead one', async () => {
    const folder = temporaryRun();
    const other = await waitingProcess();
    writeFileSync(folder.file('lock'), JSON.stringify(markOf(other.pid)) + '\n');
    assert.throws(() => folder.lock(), new RegExp(`already being trained by process ${other.pid} on `));
    other.kill('SIGKILL');
    await once(other, 'exit');
    folder.lock();
    assert.equal(folder.holder()?.pid, process.pid);
    folder.lock();
    assert.ok(isAlive(markOf()));
  });
});
