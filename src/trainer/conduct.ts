/**
 * Trains runs that have been lined up for this process, so many at a time; jobs of Slurm are all handed over at once, for
 * it has a queue of its own. A run that is taken out of the queue before its turn is passed over; one whose trainer dies
 * without a last event gets a note of how it ended.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../errors';
import { type Exit, runFiles, type RunFolder } from '../run/folder';
import { lastWords } from '../run/reason';
import { stateOf } from '../run/state';
import { isAtWork } from '../run/states';
import type { Experiment } from '../schedule/experiment';
import { type Launcher, refuseUnlessAllowed } from '../schedule/launcher';
import { clearEnding, startCommand, startTrainer } from './launch';
import { settleJobs, submit } from './launchers/slurm';

export type Ending = 'finished' | 'stopped' | 'failed';

export interface ConductOptions {
  /** Runs at the same time. */
  jobs: number;
  /** The trainers at work. */
  children?: Set<ChildProcess>;
  /** The person has allowed what experiment files say in their own words. */
  allowed?: boolean;
}

/** The worst of the endings. Resolves when no trainer is left. */
export async function conduct(runs: readonly RunFolder[], options: ConductOptions): Promise<Ending> {
  const endings = new Set<Ending>();
  const train = async (run: RunFolder) => endings.add(isOwn(run) ? await trainOne(run, options) : 'stopped');
  const queue = runs.filter((run) => !isJob(run));
  const worker = async () => {
    for (let run = queue.shift(); run; run = queue.shift()) await train(run);
  };
  const settling = new AbortController();
  void keepSettling(runs, settling.signal);
  await Promise.all([...Array.from({ length: options.jobs }, worker), ...runs.filter(isJob).map(train)]);
  settling.abort();
  return (['stopped', 'failed'] as const).find((ending) => endings.has(ending)) ?? 'finished';
}

/** Whether the run waits for this process: it may have been taken out, or been lined up anew for another. */
function isOwn(run: RunFolder): boolean {
  return run.queued()?.pid === process.pid;
}

const launcherOf = (run: RunFolder): Launcher => run.readJson<Experiment>(runFiles.experiment).launcher ?? 'local';

function isJob(run: RunFolder): boolean {
  const launcher = launcherOf(run);
  return typeof launcher === 'object' && 'slurm' in launcher;
}

async function trainOne(run: RunFolder, options: ConductOptions): Promise<Ending> {
  const exit = await begin(run, options);
  if (isOwn(run)) run.dequeue();
  await untilDone(run);
  const state = stateOf(run);
  if (state === 'interrupted' && !existsSync(run.file(runFiles.exit))) run.writeJson(runFiles.exit, exit);
  return state === 'finished' || state === 'stopped' ? state : 'failed';
}

/** Starts a run. Resolves when what was started has ended; the run may then be at work elsewhere. */
async function begin(run: RunFolder, { children = new Set(), allowed }: ConductOptions): Promise<Exit> {
  const launcher = launcherOf(run);
  try {
    refuseUnlessAllowed(launcher, allowed);
    clearEnding(run);
    if (launcher === 'local') return await endOf(startTrainer(run), children);
    if ('command' in launcher) return await endOfCommand(run, startCommand(run, launcher.command), children);
    await submit(run, launcher.slurm);
    return { code: 0, signal: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { code: null, signal: null, reason: error.message };
  }
}

async function endOf(child: ChildProcess, children: Set<ChildProcess>): Promise<Exit> {
  children.add(child);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  children.delete(child);
  return { code, signal };
}

/** A command that ends well before its run does has handed the run over. */
async function endOfCommand(run: RunFolder, child: ChildProcess, children: Set<ChildProcess>): Promise<Exit> {
  const exit = await endOf(child, children);
  if (exit.code === 0) return exit;
  run.forgetJob();
  const words = lastWords(run, 1);
  const how = exit.signal ? `by the signal ${exit.signal}` : `with code ${exit.code}`;
  return { ...exit, reason: `Its command ended ${how}${words && `: ${words.replace(/\.$/, '')}`}.` };
}

/** Milliseconds between two looks: at a run elsewhere, and at Slurm's queue. */
const pause = { look: 1000, queue: 10_000 };

/** Waits while a run that was handed over waits or trains elsewhere. */
async function untilDone(run: RunFolder): Promise<void> {
  while (run.job() && isAtWork({ state: stateOf(run) })) await delay(pause.look);
}

/** Asks Slurm now and then about all jobs together. */
async function keepSettling(runs: readonly RunFolder[], done: AbortSignal): Promise<void> {
  while (!done.aborted) {
    await settleJobs(runs);
    await delay(pause.queue, undefined, { signal: done }).catch(() => {});
  }
}
