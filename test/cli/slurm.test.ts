/** Runs as jobs of Slurm, whose programs are played by those in `slurm/`: the jobs are real, on a node of another name. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RunFolder } from '../../src/run/folder';
import { lockHolder } from '../../src/run/lock';
import { isHere } from '../../src/run/process';
import { stateOf } from '../../src/run/state';
import { finish, makeWorld, pit, startPit, substance, writeExperiment } from './small';

const programs = resolve(__dirname, 'slurm');
const long = [{ recipe: 'pit', epochs: [200, 1] }];
const before = { PATH: process.env.PATH, SLURM_PLACE: process.env.SLURM_PLACE };

/** A world whose experiment is trained by Slurm, and what to ask that Slurm. */
async function slurmWorld(changes: Record<string, unknown> = {}, slurm: Record<string, unknown> = {}) {
  const { root, experiment } = await makeWorld({ launcher: { slurm }, ...changes });
  const place = join(root, 'slurm');
  mkdirSync(place);
  process.env.SLURM_PLACE = place;
  const at = (name: string) => join(place, name);
  return {
    ...{ root, experiment },
    path: join(root, 'runs/small/pit-seed1'),
    hold: () => writeFileSync(at('hold'), ''),
    release: () => rmSync(at('hold')),
    refuse: (words: string) => writeFileSync(at('refusal'), words),
    state: (id = '1') => readFileSync(at(`${id}/state`), 'utf8').trim(),
    end: (id: string, state: string) => {
      writeFileSync(at(`${id}/state`), state);
      process.kill(Number(readFileSync(at(`${id}/pid`), 'utf8')), 'SIGKILL');
    },
  };
}

/** Looks again and again, for as long as a test may take. */
async function until(met: () => boolean): Promise<void> {
  for (const end = Date.now() + 100_000; !met(); await delay(5)) assert.ok(Date.now() < end, `never: ${met}`);
}

const eventsOf = (path: string) => RunFolder.open(path).readEvents().events;
const hasStep = (path: string) =>
  existsSync(join(path, 'events.jsonl')) && eventsOf(path).some(({ type }) => type === 'step');
const stateAt = (path: string) => stateOf(RunFolder.open(path));

describe('a run as a job of Slurm', () => {
  beforeEach(() => (process.env.PATH = `${programs}${delimiter}${before.PATH}`));
  afterEach(() => Object.assign(process.env, before));

  it('is submitted by a batch script, followed from here while it trains there, and gives the numbers of a local one', async () => {
    const { root, path, experiment } = await slurmWorld(
      {},
      { time: '1:00:00', partition: 'gpu', gpusPerNode: 8, cpus: 4 },
    );
    const ended = finish(startPit('run', experiment));
    await until(() => hasStep(path));
    assert.ok(eventsOf(path).some((event) => event.type === 'started' && event.host === 'node1' && !isHere(event)));
    assert.equal(stateAt(path), 'running');
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /pre-instruction-tuning/i);
    assert.equal(stateAt(path), 'finished');
    writeExperiment(root, { launcher: 'local' });
    const local = join(root, 'local');
    assert.equal((await pit('run', experiment, '--out', local)).code, 0);
    assert.deepEqual(substance(path), substance(join(local, 'pit-seed1')));
  });

  it('has a script that a shell can read and that Slurm is told all by', async () => {
    const slurm = { gpusPerNode: 8, cpus: 16, time: '2-00:00:00', partition: 'a100', account: 'lab' };
    const { path, experiment, hold } = await slurmWorld({ name: "ann's 100 % run" }, slurm);
    hold();
    const at = path.replace('small', "ann's 100 % run");
    const detached = await pit('run', experiment, '--detach');
    assert.equal(detached.code, 0, detached.stderr);
    await until(() => existsSync(join(at, 'job.json')));
    const script = join(at, 'job.sbatch');
    assert.equal(spawnSync('bash', ['-n', script]).status, 0);
    const lines = readFileSync(script, 'utf8').split('\n');
    const quotedPath = `'${at.replaceAll("'", "'\\''")}'`;
    assert.deepEqual(lines.slice(0, 13), [
      '#!/bin/bash',
      '#SBATCH --job-name=ann-s-100-run-pit-seed1',
      `#SBATCH --chdir=${quotedPath}`,
      `#SBATCH --output=${quotedPath.replace('%', '%%').replace(/'$/, "/trainer.log'")}`,
      '#SBATCH --open-mode=append',
      '#SBATCH --nodes=1',
      '#SBATCH --ntasks-per-node=1',
      '#SBATCH --gpus-per-node=8',
      '#SBATCH --cpus-per-task=16',
      '#SBATCH --time=2-00:00:00',
      '#SBATCH --partition=a100',
      '#SBATCH --account=lab',
      '#SBATCH --signal=B:TERM@300',
    ]);
    assert.match(lines.at(-2)!, /^exec \S+ \S+\/trainer\.cjs '/);
    assert.equal((await pit('stop', at)).code, 0);
  });

  it('waits in its queue though the one that submitted it is gone, and trains when its turn comes', async () => {
    const { path, experiment, hold, release } = await slurmWorld();
    hold();
    const child = startPit('run', experiment);
    await until(() => existsSync(join(path, 'job.json')));
    child.kill('SIGKILL');
    await finish(child);
    assert.equal(stateAt(path), 'waiting');
    const again = await pit('run', experiment);
    assert.deepEqual([again.code, again.stderr], [1, `${path} is waiting already.\n`]);
    release();
    await until(() => stateAt(path) === 'finished');
  });

  it('is taken back by pit stop while it waits', async () => {
    const { path, experiment, hold, state } = await slurmWorld();
    hold();
    const ended = finish(startPit('run', experiment));
    await until(() => existsSync(join(path, 'job.json')));
    const { stdout } = await pit('stop', path);
    assert.match(stdout, /pit-seed1 does not begin\.$/m);
    assert.equal(state(), 'CANCELLED');
    assert.equal((await ended).code, 1);
    assert.equal(stateAt(path), 'interrupted');
    assert.deepEqual(eventsOf(path), []);
  });

  it('stops after its step by pit stop, from any machine, and goes on as another job', async () => {
    const { path, experiment, state } = await slurmWorld({ recipes: long });
    const ended = finish(startPit('run', experiment));
    await until(() => hasStep(path));
    assert.match((await pit('stop', path)).stdout, /stops after its step or batch of answers and can be resumed\.$/m);
    assert.equal((await ended).code, 130);
    assert.equal(stateAt(path), 'stopped');
    await until(() => state('1') === 'COMPLETED');
    const resumed = finish(startPit('resume', path));
    await until(() => existsSync(join(process.env.SLURM_PLACE!, '2')));
    await until(() => stateAt(path) === 'running');
    assert.equal((await pit('stop', '--now', path)).code, 0);
    assert.equal((await resumed).code, 130);
    assert.equal(state('2'), 'CANCELLED');
  });

  it('says how Slurm ended it, and may go on at once', async () => {
    const { path, experiment, end } = await slurmWorld({ recipes: long });
    const ended = finish(startPit('run', experiment));
    await until(() => hasStep(path));
    end('1', 'OUT_OF_MEMORY');
    const { code, stderr } = await ended;
    assert.equal(code, 1);
    assert.match(stderr, /is interrupted: Slurm ended the job 1: OUT_OF_MEMORY, code 137\./);
    const resumed = finish(startPit('resume', path));
    await until(() => stateAt(path) === 'running');
    await pit('stop', path);
    assert.equal((await resumed).code, 130);
  });

  it('is not begun where it was cancelled by hand, as the next command finds out', async () => {
    const { root, experiment, hold, release } = await slurmWorld({ recipes: ['closed-book'] });
    const run = join(root, 'runs/small/closed-book-seed1');
    hold();
    assert.equal((await pit('run', experiment, '--detach')).code, 0);
    await until(() => existsSync(join(run, 'job.json')));
    process.kill(lockHolder(join(root, 'runs/small/conductor.lock'))!.pid, 'SIGKILL');
    spawnSync('scancel', ['1']);
    assert.equal(stateAt(run), 'waiting');
    release();
    assert.equal((await pit('run', experiment)).code, 0);
    assert.equal(stateAt(run), 'finished');
  });

  it('is refused in the words of Slurm, or where there is none', async () => {
    const { path, experiment, refuse } = await slurmWorld();
    refuse('sbatch: error: invalid partition specified: gpu');
    const refused = await pit('run', experiment);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /The run was not submitted: invalid partition specified: gpu\. Go on with: pit resume/,
    );
    process.env.PATH = before
      .PATH!.split(delimiter)
      .filter((folder) => !existsSync(join(folder, 'sbatch')))
      .join(delimiter);
    const missing = await pit('resume', path);
    assert.match(missing.stderr, /The run was not submitted: sbatch is not on the PATH of this machine/);
  });

  it('runs lines of shell and takes options of the file where the person allows it, and else nothing', async () => {
    const slurm = { options: ['--mem=0'], setup: ['touch "$SLURM_PLACE/set-up"'] };
    const { root, experiment } = await slurmWorld({ recipes: ['closed-book'] }, slurm);
    const { code, stderr } = await pit('run', experiment);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /if these may be run, add --allow-command\.\n#SBATCH --mem=0\ntouch "\$SLURM_PLACE\/set-up"\n$/,
    );
    assert.ok(!existsSync(join(root, 'runs')));
    assert.equal((await pit('run', experiment, '--allow-command')).code, 0);
    assert.ok(existsSync(join(root, 'slurm/set-up')));
    assert.match(readFileSync(join(root, 'runs/small/closed-book-seed1/job.sbatch'), 'utf8'), /^#SBATCH --mem=0$/m);
  });
});
