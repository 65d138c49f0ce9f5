/** `pit resume`: goes on with runs that were stopped or interrupted, from their newest checkpoints. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { RunFolder } from '../run/folder';
import { openRun } from '../trainer/open-runs';
import { conduct } from './conduct';
import { present } from './present';

export function resumeCommand(): Command {
  return new Command('resume')
    .description('go on with a run that was stopped or interrupted')
    .argument('<run>', 'run folder')
    .action((run: string) => resume(resolve(run)));
}

async function resume(path: string): Promise<void> {
  const folder = RunFolder.open(path);
  const run = openRun(folder, folder.identity.work ?? []);
  present(path, [path], await conduct([run], 1));
}
