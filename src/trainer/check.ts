/**
 * An experiment looked at before anything starts: its own fields, its model, its data, and the schedule of every recipe,
 * with all that is wrong. What the data is made into is looked at where all else can be read, as a run would read it.
 */
import { basename, dirname } from 'node:path';
import { type LoadedDataset, loadDataset } from '../dataset/load';
import type { Dataset, Problem } from '../dataset/model';
import { machineMemory } from '../engine/machine';
import { UserError } from '../errors';
import type { ModelConfig } from '../model/config';
import { examine } from '../schedule/examine';
import type { Experiment } from '../schedule/experiment';
import { sourcesOf, withAbsolutePaths } from '../schedule/paths';
import { problemsAt, readExperiment } from '../schedule/read-experiment';
import { memoryComplaint } from './memory';
import { roomOf } from './room';
import { modelProblem, openModel } from './starting-model';
import { torchComplaint } from './torch-memory';

export interface CheckedExperiment {
  /** As the file calls it, or else the file's name. */
  name: string;
  /** With absolute paths; undefined, and the data with it, where the file itself is wrong. */
  experiment?: Experiment;
  data?: LoadedDataset;
  /** Of the experiment, its model, its data and its schedules. */
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
  const found = [...problems, ...(model ? [model] : []), ...data.problems];
  const isWhole = found.every(({ severity }) => severity === 'warning');
  const ofSchedule = isWhole ? await scheduleProblems(settled, data.dataset, file, text) : [];
  return { name, experiment: settled, data, problems: [...found, ...ofSchedule] };
}

async function memoryProblem(experiment: Experiment, config: ModelConfig, places: readonly number[]) {
  if (experiment.engine === 'torch') return torchComplaint(experiment, config, places, machineMemory());
  return memoryComplaint(experiment, config, places, await roomOf(experiment));
}

async function scheduleProblems(
  experiment: Experiment,
  dataset: Dataset,
  file: string,
  text: string,
): Promise<Problem[]> {
  try {
    const { tokenizer, facts, config } = await openModel(experiment, dataset);
    const positions = facts.maxPositions;
    const { errors, warnings, texts, places } = examine({ experiment, dataset, tokenizer, positions });
    const memory = config && (await memoryProblem(experiment, config, places));
    const asWarning = (problem: Problem): Problem => ({ ...problem, severity: 'warning' });
    return [
      ...problemsAt([...errors, ...(memory?.severity === 'error' ? [memory] : [])], text, file),
      ...texts,
      ...problemsAt([...warnings, ...(memory?.severity === 'warning' ? [memory] : [])], text, file).map(asWarning),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return problemsAt([{ path: ['model'], message: error.message }], text, file);
  }
}
