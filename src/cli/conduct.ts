/**
 * Runs trainers, shows how they get on, and passes Ctrl+C on to them. The first Ctrl+C asks for a clean stop, the
 * second ends the trainers at once; either way every run can be resumed.
 */
import type { ChildProcess } from 'node:child_process';
import { messageOf } from '../errors';
import { conduct as train, type ConductOptions, type Ending } from '../trainer/conduct';
import { lineUp } from '../trainer/launch';
import type { OpenRun } from '../trainer/open-runs';
import { endNow, requestStop } from '../trainer/stop';
import { Progress } from './progress';

/** Trains what is not finished yet. Resolves when no trainer is left. */
export async function conduct(runs: readonly OpenRun[], options: ConductOptions): Promise<Ending> {
  const open = runs.filter(({ finished }) => !finished).map(({ folder }) => folder);
  const progress = new Progress(runs);
  const children = new Set<ChildProcess>();
  lineUp(open);
  let interrupted = false;
  const release = onInterrupt((times) => {
    interrupted = true;
    const act = times === 1 ? requestStop : endNow;
    for (const run of open) act(run).catch((error) => progress.say(messageOf(error)));
    if (times > 1) for (const child of children) child.kill('SIGKILL');
    progress.say(
      times === 1 ? 'Stopping after this step or batch of answers; press Ctrl+C again to end at once.' : 'Ending.',
    );
  });
  progress.start();
  const ending = await train(open, { ...options, children });
  progress.end();
  release();
  return interrupted ? 'stopped' : ending;
}

/** Calls back with how often the terminal has asked to stop; returns what takes the listener away again. */
function onInterrupt(act: (times: number) => void): () => void {
  let times = 0;
  const listener = () => act(++times);
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return () => process.off('SIGINT', listener).off('SIGTERM', listener);
}
