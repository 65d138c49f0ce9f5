/** `pit resume`: goes on with runs that were stopped or interrupted, from their newest checkpoints. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { runFiles, RunFolder } from '../run/folder';
import type { Experiment } from '../schedule/experiment';
import { refuseUnlessAllowed } from '../schedule/launcher';
import { openRun } from '../trainer/open-runs';
import { conduct } from './conduct';
import { present } from './present';

export function resumeCommand(): Command {
  return new Command('resume')
    .description('go on with a run that was stopped or interrupted')
    .argument('<run>', 'run folder')
    .option('--allow-command', 'run what the experiment says in its own words to start its runs')
    .action((run: string, { allowCommand }: { allowCommand?: true }) => resume(resolve(run), Boolean(allowCommand)));
}

async function resume(path: string, allowed: boolean): Promise<void> {
  const folder = RunFolder.open(path);
  refuseUnlessAllowed(folder.readJson<Experiment>(runFiles.experiment).launcher, allowed);
  const run = await openRun(folder, folder.identity.work ?? []);
  present(path, [path], await conduct([run], { jobs: 1, allowed }));
}
