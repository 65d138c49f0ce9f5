/** `pit resume`: goes on with runs that were stopped or interrupted, from their newest checkpoints. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { runFiles, RunFolder } from '../run/folder';
import type { Experiment } from '../schedule/experiment';
import { loadDataset } from '../dataset/load';
import { sourcesOf } from '../schedule/paths';
import { conduct } from './conduct';
import { openRun } from '../trainer/open-runs';
import { present } from './present';
import { workOf } from '../schedule/work';

export function resumeCommand(): Command {
  return new Command('resume')
    .description('go on with a run that was stopped or interrupted')
    .argument('<run>', 'run folder')
    .action((run: string) => resume(resolve(run)));
}

async function resume(path: string): Promise<void> {
  const folder = RunFolder.open(path);
  const experiment = folder.readJson<Experiment>(runFiles.experiment);
  const { dataset } = await loadDataset(sourcesOf(experiment, path));
  const run = openRun(folder, workOf(experiment, experiment.recipes?.[0], dataset));
  present(path, [path], await conduct([run], 1));
}
