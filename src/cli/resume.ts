/** `pit resume`: goes on with runs that were stopped or interrupted, from their newest checkpoints. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../errors';
import { runFiles, RunFolder } from '../run/folder';
import { stateOf } from '../run/state';
import type { Experiment } from '../schedule/experiment';
import { loadDataset } from '../dataset/load';
import { sourcesOf } from '../schedule/paths';
import { conduct } from './conduct';
import type { OpenRun } from './openRuns';
import { present } from './present';
import { workOf } from './work';

export function resumeCommand(): Command {
  return new Command('resume')
    .description('go on with a run that was stopped or interrupted')
    .argument('<run>', 'run folder')
    .action((run: string) => resume(resolve(run)));
}

async function resume(path: string): Promise<void> {
  const folder = RunFolder.open(path);
  const state = stateOf(folder);
  if (state === 'running') throw new UserError(`${path} is running already.`);
  present(path, [path], await conduct([await openRun(folder, state === 'finished')], 1));
}

async function openRun(folder: RunFolder, finished: boolean): Promise<OpenRun> {
  const experiment = folder.readJson<Experiment>(runFiles.experiment);
  const { dataset } = await loadDataset(sourcesOf(experiment, folder.path));
  return { folder, finished, work: workOf(experiment, experiment.recipes?.[0], dataset) };
}
