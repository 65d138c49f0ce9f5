/**
 * Trains runs that have been lined up for this process, so many at a time. A run that is taken out of the queue before
 * its turn is passed over; one whose trainer dies without a last event gets a note of how it ended.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type Exit, runFiles, type RunFolder } from '../run/folder';
import { stateOf } from '../run/state';
import { isAtWork } from '../run/states';
import { startTrainer } from './launch';

export type Ending = 'finished' | 'stopped' | 'failed';

/** The worst of the endings. Resolves when no trainer is left. @param children the trainers at work */
export async function conduct(
  runs: readonly RunFolder[],
  jobs: number,
  children = new Set<ChildProcess>(),
): Promise<Ending> {
  const queue = [...runs];
  const endings = new Set<Ending>();
  const worker = async () => {
    for (let run = queue.shift(); run; run = queue.shift())
      endings.add(isOwn(run) ? await trainOne(run, children) : 'stopped');
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return (['stopped', 'failed'] as const).find((ending) => endings.has(ending)) ?? 'finished';
}

async function trainOne(run: RunFolder, children: Set<ChildProcess>): Promise<Ending> {
  const child = startTrainer(run);
  children.add(child);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  children.delete(child);
  if (isOwn(run)) run.dequeue();
  const state = stateOf(run);
  if (state === 'interrupted') run.writeJson(runFiles.exit, { code, signal } satisfies Exit);
  return state === 'finished' || state === 'stopped' ? state : 'failed';
}

/** Whether the run waits for this process: it may have been taken out, or been lined up anew for another. */
function isOwn(run: RunFolder): boolean {
  return run.queued()?.pid === process.pid;
}

/** Asks for a clean stop: what waits is not begun, what trains stops after its step. */
export function requestStop(run: RunFolder): void {
  const state = stateOf(run);
  run.dequeue();
  if (isAtWork({ state })) run.requestStop();
}
