/**
 * What a run's model starts from: the weights of a folder as they are, or fresh ones from the seed; adapters are always
 * fresh. Engines begin with the same numbers, whether they take them from memory or from a folder.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../make-folder';
import type { Lora, ModelConfig } from '../model/config';
import { type Adapters, adaptersIn, writeAdapter } from '../model/adapter-file';
import { readModel, writeModel } from '../model/folder';
import { initialize, initializeAll } from '../model/parameters';
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
  const { folder, config, seed } = start;
  if (!config) throw new UserError(`${folder} holds a model of a family that this engine has not.`);
  if (!folder) return { config, weights: initialize(config, seed) };
  const stored = await readModel(folder);
  const weights = await readAll(stored.config, stored.weights);
  const fresh = newAdapters(start);
  return { config, weights: new Map([...weights, ...(fresh ? initializeAll(fresh.parameters, seed) : [])]) };
}

/** Folders with the same: what is fresh is written into the run, once. */
export async function startingFolders(start: Start, run: RunFolder): Promise<{ model: string; adapters?: string }> {
  const { folder, config, adapters, seed } = start;
  const at = run.file(runFiles.start);
  if (!folder) {
    await once(at, () => writeModel(at, config!, initialize(config!, seed)));
    return { model: at };
  }
  const fresh = newAdapters(start);
  if (fresh) {
    await once(at, () => writeAdapter(at, fresh, initializeAll(fresh.parameters, seed)));
    return { model: folder, adapters: at };
  }
  return heldFolders(folder, config?.lora ?? adapters?.lora);
}

/** Folders with what one holds, as it is. @param lora its adapters, where it holds these in place of a model */
export function heldFolders(folder: string, lora?: Lora): { model: string; adapters?: string } {
  return lora ? { model: lora.base, adapters: folder } : { model: folder };
}

/** Those to train, unless the folder itself holds adapters that are looked at as they are. */
function newAdapters({ config, adapters, folder }: Start): Adapters | undefined {
  const all = config?.lora ? adaptersIn({ ...config, lora: config.lora }) : adapters;
  return all?.lora.base === folder ? all : undefined;
}

/** Writes a folder unless it is there: its config is written last. */
async function once(at: string, write: () => Promise<void>): Promise<void> {
  if (['config.json', 'adapter_config.json'].some((name) => existsSync(path.join(at, name)))) return;
  await makeFolder(at);
  await write();
}
