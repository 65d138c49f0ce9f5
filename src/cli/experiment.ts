/** Opening an experiment for work: read, checked, with its dataset. Whatever is wrong is told before anything starts. */
import type { LoadedDataset } from '../dataset/load';
import { UserError } from '../errors';
import type { Experiment } from '../schedule/experiment';
import { checkExperiment } from '../trainer/check';
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
  const { name, experiment, data, problems } = await checkExperiment(file);
  for (const problem of problems) console.error(problemLine(problem, process.stderr));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (experiment && data && errors === 0) return { name, experiment, data };
  const which = errors === 1 ? 'this error is' : `these ${errors} errors are`;
  throw new UserError(`${shown(file)} can't run before ${which} mended.`);
}
