/** The conductor: trains what is lined up for it in turn, and notes how a trainer died. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunEvent } from '../../src/run/events';
import { RunFolder } from '../../src/run/folder';
import { markOf } from '../../src/run/process';
import { stateOf } from '../../src/run/state';
import { open } from '../../src/vscode/runs/jobs';
import { finish, makeWorld, startPit, until } from './small';

const conductor = resolve(__dirname, '../../dist/conductor.cjs');

function startConductor(out: string, jobs = 1) {
  return spawn(process.execPath, [conductor, out, String(jobs)], { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Starts a conductor as a window does: the runs are lined up for it while it begins. */
function conduct(out: string, paths: readonly string[], jobs = 1) {
  const child = startConductor(out, jobs);
  paths.forEach((path, turn) => RunFolder.open(path).enqueue({ ...markOf(child.pid), turn }));
  child.stdin.end();
  return child;
}

/** Run folders of an experiment, none of them begun. */
async function makeRuns(recipes: unknown[], seeds = [1]) {
  const { experiment } = await makeWorld({ recipes });
  const variants = recipes.map((recipe) => (typeof recipe === 'string' ? recipe : 'pit'));
  return open({ file: experiment, variants, seeds, jobs: 1, again: false });
}

const turn = (path: string, type: RunEvent['type']) =>
  RunFolder.open(path)
    .readEvents()
    .events.find((event) => event.type === type)!.time;

describe('the conductor of a queue', () => {
  it('trains one run after another in their order and writes the comparison', async () => {
    const { out, paths } = await makeRuns(['closed-book', { recipe: 'pit', epochs: [1, 1] }]);
    const order = [paths[1], paths[0]];
    const { code, stderr } = await finish(conduct(out, order));
    assert.equal(code, 0, stderr);
    for (const path of paths) assert.equal(stateOf(RunFolder.open(path)), 'finished');
    assert.ok(turn(order[0], 'finished') <= turn(order[1], 'started'));
    assert.match(readFileSync(join(out, 'comparison.md'), 'utf8'), /Pre-instruction-tuning/i);
    assert.equal(existsSync(join(out, 'conductor.lock')), false);
  });

  it('begins when its line is complete, however late that is', async () => {
    const { out, paths } = await makeRuns(['closed-book']);
    const child = startConductor(out);
    // A process that begins later and ends: the conductor has long been there.
    await finish(startPit('--version'));
    RunFolder.open(paths[0]).enqueue({ ...markOf(child.pid), turn: 0 });
    child.stdin.end();
    assert.equal((await finish(child)).code, 0);
    assert.equal(stateOf(RunFolder.open(paths[0])), 'finished');
  });

  it('trains nothing that was lined up for others or has been taken out', async () => {
    const { out, paths } = await makeRuns(['closed-book'], [1, 2, 3]);
    const child = conduct(out, paths.slice(0, 2));
    RunFolder.open(paths[1]).dequeue();
    RunFolder.open(paths[2]).enqueue({ ...markOf(), turn: 0 });
    assert.equal((await finish(child)).code, 0);
    const states = paths.map((path) => stateOf(RunFolder.open(path)));
    assert.deepEqual(states, ['finished', 'interrupted', 'waiting']);
  });

  it('waits for its turn where another is at work in the folder', async () => {
    const { out, paths } = await makeRuns(['closed-book'], [1, 2]);
    const ended = await Promise.all(paths.map((path) => finish(conduct(out, [path]))));
    for (const { code, stderr } of ended) assert.equal(code, 0, stderr);
    const times = paths.map((path) => ({ began: turn(path, 'started'), ended: turn(path, 'finished') }));
    const [first, second] = times.sort((a, b) => (a.began < b.began ? -1 : 1));
    assert.ok(first.ended <= second.began);
  });

  it('notes how a trainer was killed, and goes on with the next', async () => {
    const { out, paths } = await makeRuns([{ recipe: 'pit', epochs: [60, 1] }, 'closed-book']);
    const child = conduct(out, paths);
    const ended = finish(child);
    await until(child, paths[0], (events) => events.some(({ type }) => type === 'step'));
    process.kill(RunFolder.open(paths[0]).holder()!.pid, 'SIGKILL');
    assert.equal((await ended).code, 0);
    const [killed, next] = paths.map((path) => RunFolder.open(path));
    assert.deepEqual(killed.readJson('exit.json'), { code: null, signal: 'SIGKILL' });
    assert.equal(stateOf(next), 'finished');
  });

  it('leaves a run alone that is lined up for another while its trainer ends', async () => {
    const { out, paths } = await makeRuns([{ recipe: 'pit', epochs: [60, 1] }]);
    const run = RunFolder.open(paths[0]);
    const child = conduct(out, paths);
    await until(child, paths[0], (events) => events.some(({ type }) => type === 'step'));
    run.requestStop();
    await until(child, paths[0], (events) => events.some(({ type }) => type === 'stopped'));
    run.enqueue({ ...markOf(), turn: 0 });
    assert.equal((await finish(child)).code, 0);
    assert.equal(stateOf(run), 'waiting');
  });

  it('honours a request to stop that comes before the first step', async () => {
    const { out, paths } = await makeRuns([{ recipe: 'pit', epochs: [60, 1] }]);
    const child = conduct(out, paths);
    await until(child, paths[0], (events) => events.some(({ type }) => type === 'started'));
    RunFolder.open(paths[0]).requestStop();
    assert.equal((await finish(child)).code, 0);
    const { events } = RunFolder.open(paths[0]).readEvents();
    assert.deepEqual([events.at(-1)?.type, events.some(({ type }) => type === 'step')], ['stopped', false]);
  });
});
