/** Runs that wait for a process to start them, and why a run died. */
import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import type { RunEvent } from '../../../src/run/events';
import { markOf } from '../../../src/run/process';
import { lastWords, reasonOf } from '../../../src/run/reason';
import { stateOf } from '../../../src/run/state';
import { removePlaces, temporaryRun } from './folders';

const time = '2024-05-26T10:00:00.000Z';
/** No process of this machine that lives. */
const gone = { pid: 1, host: markOf().host, processStart: 'another boot/1' };

describe('a run in a queue', () => {
  afterEach(removePlaces);

  it('waits while the process lives that will start it', () => {
    const run = temporaryRun();
    run.enqueue({ ...markOf(), turn: 3 });
    assert.equal(run.queued()?.turn, 3);
    assert.equal(stateOf(run), 'waiting');
    run.enqueue({ ...gone, turn: 3 });
    assert.equal(stateOf(run), 'interrupted');
  });

  it('waits again after it has stopped, and no longer once it is taken out', () => {
    const run = temporaryRun();
    run.appendEvent({ type: 'stopped', time, reason: 'asked to' });
    run.enqueue({ ...markOf(), turn: 0 });
    assert.equal(stateOf(run), 'waiting');
    run.dequeue();
    run.dequeue();
    assert.equal(stateOf(run), 'stopped');
  });

  it('runs and does not wait once its trainer has begun', () => {
    const run = temporaryRun();
    run.enqueue({ ...markOf(), turn: 0 });
    run.appendEvent({ type: 'started', time, resumed: false, ...markOf() });
    assert.equal(stateOf(run), 'running');
  });
});

describe('the state of a long run', () => {
  afterEach(removePlaces);

  const note = (message: string): RunEvent => ({ type: 'evaluation-failed', time, message });

  it('is read from the end of its events alone', () => {
    const run = temporaryRun();
    run.lock();
    run.appendEvent({ type: 'started', time, resumed: false, ...markOf() });
    for (let i = 0; i < 100; i++) run.appendEvent(note('x'.repeat(1000)));
    assert.equal(stateOf(run), 'running');
    run.unlock();
    run.appendEvent({ type: 'finished', time, seconds: 1 });
    assert.equal(stateOf(run), 'finished');
  });
});

describe('why a run ended', () => {
  afterEach(removePlaces);

  const reason = (run: ReturnType<typeof temporaryRun>) => reasonOf(run, stateOf(run));

  it('is what its last event says', () => {
    const run = temporaryRun();
    run.appendEvent({ type: 'failed', time, reason: 'The loss became NaN.' });
    assert.equal(reason(run), 'The loss became NaN.');
    run.appendEvent({ type: 'finished', time, seconds: 1 });
    assert.equal(reason(run), undefined);
  });

  it('is the signal or the code that its process ended with', () => {
    const run = temporaryRun();
    run.writeJson('exit.json', { code: null, signal: 'SIGKILL' });
    assert.match(reason(run)!, /killed \(SIGKILL\).*memory/);
    run.writeJson('exit.json', { code: null, signal: 'SIGTERM' });
    assert.match(reason(run)!, /signal SIGTERM/);
    run.writeJson('exit.json', { code: 7, signal: null });
    assert.match(reason(run)!, /code 7/);
  });

  it('is said to be unknown where nobody saw the end', () => {
    const run = temporaryRun();
    assert.equal(reason(run), 'It has not begun.');
    writeFileSync(run.file('lock'), `${JSON.stringify(gone)}\n`);
    assert.match(reason(run)!, /process 1 is gone, and nobody saw it end/);
    writeFileSync(run.file('lock'), `${JSON.stringify({ ...gone, host: 'elsewhere.invalid' })}\n`);
    utimesSync(run.file('lock'), new Date(), new Date(Date.now() - 400_000));
    assert.match(reason(run)!, /^It ran on elsewhere\.invalid, which has given no sign for 6 min 40 s\.$/);
  });

  it('gives the last lines of the log, also of a long one and of none', () => {
    const run = temporaryRun();
    assert.equal(lastWords(run), '');
    writeFileSync(run.file('trainer.log'), `${'x'.repeat(100_000)}\none\ntwo\nthree\n`);
    assert.equal(lastWords(run, 2), 'two\nthree');
  });
});
