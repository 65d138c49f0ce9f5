/** Turns the paths of an experiment file, relative to its folder, into absolute ones. */
import { resolve } from 'node:path';
import type { DatasetSource } from '../dataset/source';
import type { DataSource, Experiment } from './experiment';

/** The same experiment, independent of where its file lies. */
export function withAbsolutePaths(experiment: Experiment, folder: string): Experiment {
  return { ...experiment, model: absoluteModel(experiment.model, folder), data: sourcesOf(experiment, folder) };
}

/** Where the dataset of an experiment comes from. */
export function sourcesOf({ data }: Experiment, folder: string): (DataSource & DatasetSource)[] {
  const entries = Array.isArray(data) ? data : [data];
  return entries.map((entry) => {
    const source = typeof entry === 'string' ? { path: entry } : entry;
    return { ...source, path: resolve(folder, source.path) };
  });
}

function absoluteModel(model: Experiment['model'], folder: string): Experiment['model'] {
  if (typeof model === 'string') return resolve(folder, model);
  return model.tokenizer === undefined ? model : { ...model, tokenizer: resolve(folder, model.tokenizer) };
}
