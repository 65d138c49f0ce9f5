/** An experiment looked at before anything starts: its own fields, its model and its data, and all that is wrong. */
import { basename, dirname } from 'node:path';
import { type LoadedDataset, loadDataset } from '../dataset/load';
import type { Problem } from '../dataset/model';
import type { Experiment } from '../schedule/experiment';
import { sourcesOf, withAbsolutePaths } from '../schedule/paths';
import { readExperiment } from '../schedule/read-experiment';
import { modelProblem } from './starting-model';

export interface CheckedExperiment {
  /** As the file calls it, or else the file's name. */
  name: string;
  /** With absolute paths; undefined, and the data with it, where the file itself is wrong. */
  experiment?: Experiment;
  data?: LoadedDataset;
  /** Of the experiment, its model and its data. */
  problems: Problem[];
}

/** @throws UserError if the file cannot be read; what is wrong in it becomes problems. */
export async function checkExperiment(file: string): Promise<CheckedExperiment> {
  const { experiment, problems, text } = await readExperiment(file);
  const name = experiment?.name ?? basename(file).replace(/\.pit\.json$/, '');
  if (!experiment) return { name, problems };
  const settled = withAbsolutePaths(experiment, dirname(file));
  const data = await loadDataset(sourcesOf(settled, dirname(file)));
  const model = await modelProblem(experiment, file, text);
  return { name, experiment: settled, data, problems: [...problems, ...(model ? [model] : []), ...data.problems] };
}
