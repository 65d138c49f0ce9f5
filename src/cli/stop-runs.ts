/** `pit stop`: asks runs to stop, wherever they wait or train. */
import { Command } from 'commander';
import { stateOf } from '../run/state';
import { isAtWork } from '../run/states';
import { endNow, requestStop } from '../trainer/stop';
import { shown } from './output';
import { findRuns } from './runs';

export function stopCommand(): Command {
  return new Command('stop')
    .description('stop runs, wherever they wait or train')
    .argument('<run...>', 'run folders, or folders with runs up to three levels below')
    .option('--now', 'end them without waiting for the end of a step')
    .action(stop);
}

async function stop(paths: string[], { now }: { now?: true }): Promise<void> {
  const open = findRuns(paths).filter((run) => isAtWork({ state: stateOf(run) }));
  for (const run of open) {
    const state = stateOf(run);
    await requestStop(run);
    if (now && state === 'running') await endNow(run);
    const doing = now ? 'ended' : 'stops after its step or batch of answers and can be resumed';
    console.log(`${shown(run.path)} ${state === 'waiting' ? 'does not begin' : doing}.`);
  }
  if (open.length === 0) console.log('No run is waiting or running there.');
}
