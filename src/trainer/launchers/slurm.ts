/**
 * Runs as jobs of Slurm. What it is asked is asked by its own commands, and what it answers is kept in the run folder,
 * so that any window on the shared file system can follow a run, and go on when the one that submitted it is gone.
 */
import { join } from 'node:path';
import { torchPython } from '../../engine/torch/environment';
import { pythonFolder } from '../../engine/torch/torchrun';
import { UserError } from '../../errors';
import { type Ended, runProgram } from '../../program';
import { type Exit, runFiles, type RunFolder } from '../../run/folder';
import { stateOf } from '../../run/state';
import { isAtWork } from '../../run/states';
import type { Experiment } from '../../schedule/experiment';
import type { SlurmOptions } from '../../schedule/launcher';
import { batchScript, type Programs } from './batch-script';

/** Writes `job.sbatch` into the run folder and submits it. @throws UserError where Slurm refuses it */
export async function submit(run: RunFolder, slurm: SlurmOptions): Promise<void> {
  const { engine } = run.readJson<Experiment>(runFiles.experiment);
  run.writeText(runFiles.batch, batchScript(run, slurm, programsFor(engine)));
  // Before it is submitted: its first sign may come at once.
  const time = new Date().toISOString();
  const ended = await runProgram(['sbatch', '--parsable', run.file(runFiles.batch)]);
  const id = ended.lines.map((line) => /^(\d+)(;.*)?$/.exec(line)?.[1]).find(Boolean);
  if (ended.code !== 0 || !id) throw new UserError(`The run was not submitted: ${complaintOf('sbatch', ended)}`);
  run.noteJob({ launcher: 'slurm', id, time });
}

function programsFor(engine: Experiment['engine']): Programs {
  return {
    node: process.execPath,
    electron: process.versions.electron !== undefined,
    trainer: join(__dirname, 'trainer.cjs'),
    ...(engine === 'torch' && { torch: { python: torchPython(), ranks: join(pythonFolder(), 'slurm-ranks.sh') } }),
  };
}

/**
 * Looks which jobs are over whose runs don't know it: cancelled while they waited, or ended by Slurm. These are noted in
 * their folders. Where Slurm can't be asked nothing is changed.
 */
export async function settleJobs(runs: readonly RunFolder[]): Promise<void> {
  const open = runs.flatMap((run) => {
    const id = run.job()?.id;
    return id && isAtWork({ state: stateOf(run) }) ? [{ run, id }] : [];
  });
  if (open.length === 0) return;
  const queued = await queuedJobs(open.map(({ id }) => id));
  if (queued) for (const { run, id } of open) if (!queued.has(id)) await settle(run, id);
}

/** Those of the jobs that wait or run; undefined where nobody answers. */
async function queuedJobs(ids: readonly string[]): Promise<Set<string> | undefined> {
  const { code, lines } = await runProgram(['squeue', '--noheader', '--format=%i', `--jobs=${ids.join(',')}`]);
  // Jobs that ended long ago are unknown: of one alone it says so, of several it is silent.
  const isForgotten = lines.some((line) => /invalid job id/i.test(line));
  return code === 0 || isForgotten ? new Set(lines.map((line) => line.trim())) : undefined;
}

/** Nobody is at work any more: the lock goes with the job, so that the run may go on at once. */
async function settle(run: RunFolder, id: string): Promise<void> {
  const reason = await endOf(id);
  if (run.job()?.id !== id || !isAtWork({ state: stateOf(run) })) return;
  run.writeJson(runFiles.exit, { code: null, signal: null, reason } satisfies Exit);
  run.forgetJob();
  run.dequeue();
  run.unlock();
}

/** How a job ended, in a sentence; Slurm remembers it for a few minutes. */
async function endOf(id: string): Promise<string> {
  const { lines } = await runProgram(['scontrol', 'show', 'job', id, '--oneliner']);
  const told = (field: string) => new RegExp(`\\b${field}=(\\S+)`).exec(lines.join(' '))?.[1];
  const state = told('JobState');
  if (!state) return `The job ${id} of Slurm is gone, and nobody saw it end.`;
  const [code, signal] = told('ExitCode')?.split(':') ?? [];
  const how = signal && signal !== '0' ? `, signal ${signal}` : code && code !== '0' ? `, code ${code}` : '';
  return `Slurm ended the job ${id}: ${state}${how}.`;
}

/** Takes a job back that has not begun; false where Slurm did not. */
export async function takeBack(id: string): Promise<boolean> {
  return (await runProgram(['scancel', '--state=PENDING', id])).code === 0;
}

/** Ends a job at once. @throws UserError where Slurm can't be asked */
export async function cancel(id: string): Promise<void> {
  const ended = await runProgram(['scancel', id]);
  if (ended.code !== 0) throw new UserError(`The job ${id} was not cancelled: ${complaintOf('scancel', ended)}`);
}

function complaintOf(program: string, { refusal, lines, code }: Ended): string {
  if (refusal) return `${program} is not on the PATH of this machine; start it where the commands of Slurm are.`;
  const said = lines.findLast((line) => line.trim() !== '') ?? `${program} ended with code ${code}`;
  return said.replace(/^\w+: error: /, '').replace(/\.?$/, '.');
}
