/** Stopping runs, wherever they wait or train. */
import { UserError } from '../errors';
import { descendants, endAll } from '../process-tree';
import type { RunFolder } from '../run/folder';
import { isAlive, isHere } from '../run/process';
import { stateOf } from '../run/state';
import { isAtWork } from '../run/states';
import { cancel, takeBack } from './launchers/slurm';

/** Asks for a clean stop: what waits is not begun, what trains stops after its step or batch of answers. */
export async function requestStop(run: RunFolder): Promise<void> {
  const state = stateOf(run);
  run.dequeue();
  if (!isAtWork({ state })) return;
  run.requestStop();
  const job = run.job();
  // A job that begins all the same finds that it is asked to stop.
  if (state === 'waiting' && job && (!job.id || (await takeBack(job.id)))) run.forgetJob();
}

/** Ends the trainer of a run at once, with all processes that it has started. @throws UserError where that can't be done from here */
export async function endNow(run: RunFolder): Promise<void> {
  const job = run.job();
  const holder = run.holder();
  if (holder && isHere(holder)) {
    if (isAlive(holder)) await endAll([holder.pid, ...descendants(holder.pid)]);
  } else if (job?.id) await cancel(job.id);
  else if (holder && isAlive(holder))
    throw new UserError(`${run.path} is trained by process ${holder.pid} on ${holder.host}; end it there.`);
}
