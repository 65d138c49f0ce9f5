/** Opening an experiment for work: read, checked, with its dataset. Whatever is wrong is told before anything starts. */
import { basename, dirname } from 'node:path';
import { type LoadedDataset, loadDataset } from '../dataset/load';
import type { Problem } from '../dataset/model';
import { UserError } from '../errors';
import type { Experiment } from '../schedule/experiment';
import { sourcesOf, withAbsolutePaths } from '../schedule/paths';
import { readExperiment } from '../schedule/read-experiment';
import { problemLine, shown } from './output';

export interface OpenedExperiment {
  /** As the file calls it, or else the file's name. */
  name: string;
  /** With absolute paths. */
  experiment: Experiment;
  data: LoadedDataset;
}

/** Prints every problem to stderr. @throws UserError if one of them is an error. */
export async function openExperiment(file: string): Promise<OpenedExperiment> {
  const { experiment, problems } = await readExperiment(file);
  refuse(problems, file);
  const settled = withAbsolutePaths(experiment!, dirname(file));
  const data = await loadDataset(sourcesOf(settled, dirname(file)));
  refuse(data.problems, file);
  return { name: settled.name ?? basename(file).replace(/\.pit\.json$/, ''), experiment: settled, data };
}

function refuse(problems: readonly Problem[], file: string): void {
  for (const problem of problems) console.error(problemLine(problem, process.stderr));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors === 0) return;
  const which = errors === 1 ? 'this error is' : `these ${errors} errors are`;
  throw new UserError(`${shown(file)} can't run before ${which} mended.`);
}
