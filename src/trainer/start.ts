/**
 * What a run's model starts from: the weights of a folder as they are, or fresh ones from the seed; adapters are always
 * fresh. Engines begin with the same numbers, whether they take them from memory or from a folder.
 */
import { existsSync } from 'node:fs';
import { UserError } from '../errors';
import { makeFolder } from '../make-folder';
import type { ModelConfig } from '../model/config';
import { readModel, writeModel } from '../model/folder';
import { initialize, initializeAdapters } from '../model/parameters';
import { readAll } from '../model/weights';
import { runFiles, type RunFolder } from '../run/folder';
import type { OpenedModel } from './starting-model';

export interface Start extends OpenedModel {
  /** The model's folder; none where nothing is learnt yet. */
  folder?: string;
  seed: number;
}

type Values = ReadonlyMap<string, Float32Array>;

/** All weights, in memory. */
export async function startingWeights(start: Start): Promise<{ config: ModelConfig; weights: Values }> {
  const { folder, config } = start;
  if (!config) throw new UserError(`${folder} holds a model of a family that this engine has not.`);
  if (!folder) return { config, weights: initialize(config, start.seed) };
  const stored = await readModel(folder);
  const weights = await readAll(stored.config, stored.weights);
  return { config, weights: new Map([...weights, ...(hasNewAdapters(start) ? freshAdapters(start) : [])]) };
}

/** Folders with the same: what is fresh is written into the run, once. */
export async function startingFolders(start: Start, run: RunFolder): Promise<{ model: string; adapters?: string }> {
  const { folder, config, seed } = start;
  const at = run.file(runFiles.start);
  if (!folder) {
    await write(at, config!, () => initialize(config!, seed));
    return { model: at };
  }
  if (!config?.lora) return { model: folder };
  const { base } = config.lora;
  if (!hasNewAdapters(start)) return { model: base, adapters: folder };
  await write(at, config, () => freshAdapters(start));
  return { model: base, adapters: at };
}

/** Whether adapters are to be trained of the model in the folder, which otherwise may hold adapters itself. */
function hasNewAdapters({ config, folder }: Start): boolean {
  return config?.lora?.base === folder;
}

const freshAdapters = ({ config, seed }: Start): Values => initializeAdapters(config!, seed);

/** The config is written last, so that its presence says that all is there. */
async function write(at: string, config: ModelConfig, valuesOf: () => Values): Promise<void> {
  const isThere = ['config.json', 'adapter_config.json'].some((name) => existsSync(`${at}/${name}`));
  if (isThere) return;
  await makeFolder(at);
  await writeModel(at, config, valuesOf());
}
