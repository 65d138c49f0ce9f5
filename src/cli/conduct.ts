/**
 * Runs trainers, so many at a time, shows how they get on, and passes Ctrl+C on to them. The first Ctrl+C asks for a
 * clean stop, the second ends the trainers at once; either way every run can be resumed.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { stateOf } from '../run/state';
import { startTrainer } from '../trainer/launch';
import type { OpenRun } from '../trainer/open-runs';
import { Progress } from './progress';

export type Ending = 'finished' | 'stopped' | 'failed';

/** Trains what is not finished yet. Resolves when no trainer is left. */
export async function conduct(runs: readonly OpenRun[], jobs: number): Promise<Ending> {
  const queue = runs.filter(({ finished }) => !finished);
  const progress = new Progress(runs);
  const active = new Map<OpenRun, ChildProcess>();
  const endings = new Set<Ending>();
  const release = onInterrupt((times) => {
    queue.length = 0;
    endings.add('stopped');
    for (const [run, child] of active)
      if (times === 1) run.folder.requestStop();
      else child.kill('SIGKILL');
    progress.say(times === 1 ? 'Stopping after this step; press Ctrl+C again to end at once.' : 'Ended.');
  });
  const worker = async () => {
    for (let run = queue.shift(); run; run = queue.shift()) {
      const child = startTrainer(run.folder);
      active.set(run, child);
      await once(child, 'exit');
      active.delete(run);
      const state = stateOf(run.folder);
      endings.add(state === 'finished' || state === 'stopped' ? state : 'failed');
    }
  };
  progress.start();
  await Promise.all(Array.from({ length: jobs }, worker));
  progress.end();
  release();
  return (['stopped', 'failed'] as const).find((ending) => endings.has(ending)) ?? 'finished';
}

/** Calls back with how often the terminal has asked to stop; returns what takes the listener away again. */
function onInterrupt(act: (times: number) => void): () => void {
  let times = 0;
  const listener = () => act(++times);
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return () => process.off('SIGINT', listener).off('SIGTERM', listener);
}
