import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../../src/run/events';
import { RunFolder } from '../../src/run/folder';
import { stateOf } from '../../src/run/state';
import { copyUntrained, finish, makeWorld, pit, sha256, startTrainerOn, substance, until } from './small';

const steps = (events: RunEvent[]) => events.filter(({ type }) => type === 'step').length;
const after = (type: RunEvent['type'], count: number) => (events: RunEvent[]) =>
  events.filter((event) => event.type === type).length >= count;

/** Moments at which the process is killed: between checkpoints, while it saves or evaluates, in the last stage. */
const moments: [string, (events: RunEvent[]) => boolean][] = [
  ['before its first step', after('device', 1)],
  ['before its first checkpoint', (events) => steps(events) >= 2],
  ['right after a checkpoint', after('checkpoint', 2)],
  ['between an evaluation and the next step', after('evaluated', 1)],
  ['at the end of a stage', (events) => events.some((event) => event.type === 'evaluated' && event.extent === 'full')],
  [
    'in its last stage',
    (events) => events.some((event) => event.type === 'step' && event.stage === 2 && event.step >= 2),
  ],
];

describe('a run that is killed', () => {
  let root: string;
  let whole: string;
  const final = (path: string) => {
    const checkpoints = join(path, 'checkpoints');
    const last = readdirSync(checkpoints).sort().at(-1)!;
    return join(checkpoints, last);
  };

  before('train without a break', async () => {
    const world = await makeWorld({ recipes: [{ recipe: 'pit', epochs: [2, 4] }] });
    root = world.root;
    whole = join(root, 'runs/small/pit-seed1');
    const { code, stderr } = await pit('run', world.experiment);
    assert.equal(code, 0, stderr);
  });

  for (const [moment, met] of moments)
    it(`${moment} resumes to the same weights, bit for bit`, async () => {
      const path = join(root, moment.replaceAll(' ', '-'));
      copyUntrained(whole, path);
      const child = startTrainerOn(path);
      const ended = finish(child);
      await until(child, path, met);
      child.kill('SIGKILL');
      await ended;
      assert.equal(stateOf(RunFolder.open(path)), 'interrupted');
      const { code, stderr } = await pit('resume', path);
      assert.equal(code, 0, stderr);
      for (const file of ['model.safetensors', 'optimizer.safetensors'])
        assert.equal(sha256(join(final(path), file)), sha256(join(final(whole), file)), file);
      assert.deepEqual(substance(path), substance(whole));
      assert.equal(readFileSync(join(path, 'order.jsonl'), 'utf8'), readFileSync(join(whole, 'order.jsonl'), 'utf8'));
      assert.deepEqual(readdirSync(join(path, 'predictions')), readdirSync(join(whole, 'predictions')));
    });

  it('asked to stop, it stops between steps and says so', async () => {
    const path = join(root, 'stopped');
    copyUntrained(whole, path);
    const child = startTrainerOn(path);
    const ended = finish(child);
    await until(child, path, (events) => steps(events) >= 2);
    RunFolder.open(path).requestStop();
    assert.equal((await ended).code, 0);
    assert.equal(stateOf(RunFolder.open(path)), 'stopped');
    assert.equal((await pit('resume', path)).code, 0);
    assert.equal(sha256(join(final(path), 'model.safetensors')), sha256(join(final(whole), 'model.safetensors')));
  });

  it('asked to stop while it answers, it stops between batches, and what goes on has all answers', async () => {
    const world = await makeWorld({
      recipes: ['zero-shot'],
      evaluation: { batch: 1, maxTokens: 8, trainQuestions: 0 },
    });
    const path = join(world.root, 'runs/small/zero-shot-seed1');
    assert.equal((await pit('run', world.experiment)).code, 0);
    const broken = join(world.root, 'broken');
    copyUntrained(path, broken);
    const child = startTrainerOn(broken);
    const ended = finish(child);
    await until(child, broken, after('device', 1));
    RunFolder.open(broken).requestStop();
    assert.equal((await ended).code, 0);
    const run = RunFolder.open(broken);
    assert.equal(stateOf(run), 'stopped');
    assert.ok(!after('evaluated', 1)(run.readEvents().events));
    assert.equal((await pit('resume', broken)).code, 0);
    assert.deepEqual(substance(broken), substance(path));
  });

  it('refuses to go on when the data has changed', async () => {
    const path = join(root, 'changed');
    copyUntrained(whole, path);
    const identity = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as Record<string, unknown>;
    RunFolder.open(path).writeJson('run.json', { ...identity, dataHash: 'f'.repeat(64) });
    const { code, stderr } = await pit('resume', path);
    assert.equal(code, 1);
    assert.match(stderr, /data has changed since this run was made/);
  });

  it('refuses a second process on the same folder', async () => {
    const path = join(root, 'twice');
    copyUntrained(whole, path);
    const child = startTrainerOn(path);
    const ended = finish(child);
    await until(child, path, after('started', 1));
    const second = await finish(startTrainerOn(path));
    assert.equal(second.code, 1);
    assert.match(second.stderr, /already being trained by process \d+/);
    assert.equal((await ended).code, 0);
    assert.equal(stateOf(RunFolder.open(path)), 'finished');
  });
});
