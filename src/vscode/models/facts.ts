/** What can be told of a model from its config and the headers of its weights. Done in a worker thread (worker.ts). */
import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Gpu } from '../../engine/gpus';
import { UserError } from '../../errors';
import type { ModelConfig } from '../../model/config';
import { explained, readJson } from '../../model/files';
import { readModel } from '../../model/folder';
import { askGguf } from '../../model/gguf/import';
import { licenceOf } from '../../model/licence';
import { freeFolder } from '../../model/new-folder';
import { fileOrigin, findImport } from '../../model/origin';
import { countParameters, sizeOf } from '../../model/parameters';
import { presetConfig } from '../../model/presets';
import { loadTokenizer } from '../../model/tokenizer';
import { readEntries, type Weights } from '../../model/weights';
import { crossComplaints } from '../../schedule/cross-checks';
import { type Experiment, experimentFields } from '../../schedule/experiment';
import { outlookOf } from '../../trainer/fit';
import { gpusFor } from '../../trainer/room';
import { openFolder, trainedConfig } from '../../trainer/starting-model';
import type { Facts, Place } from './protocol';

/** What is the same for every model that may be chosen. */
export interface Setting {
  experiment: Experiment;
  /** Of this machine, where one may train. */
  gpus: readonly Gpu[];
}

export async function settingFor(experiment: Experiment): Promise<Setting> {
  return { experiment, gpus: await gpusFor(experiment) };
}

/** @param imports folder that imports go into */
export function factsOf(setting: Setting, { group, model }: Place, imports: string): Promise<Facts> {
  if (typeof model === 'object') return factsOfSize(setting, model);
  return group === 'gguf' ? factsOfGguf(setting, model, imports) : factsOfFolder(setting, model);
}

/** @param config as it would be trained */
export function described(
  { experiment, gpus }: Setting,
  config: ModelConfig,
  about: Pick<Facts, 'bytes' | 'licence' | 'becomes'>,
): Facts {
  return {
    family: config.family,
    parameters: countParameters(config),
    ...about,
    outlook: outlookOf(experiment, config, gpus),
  };
}

/** The headers of the weights tell what is missing or misshapen. */
async function factsOfFolder(setting: Setting, folder: string): Promise<Facts> {
  const { experiment } = setting;
  const licence = await licenceOf(folder);
  if (experiment.engine === 'torch') return factsForTorch(setting, folder, licence);
  const { config, weights } = await readModel(folder);
  const tokenizer = join(folder, 'tokenizer.json');
  await explained(tokenizer, 'read', access(tokenizer));
  return described(setting, trainedConfig(config, experiment, folder), { bytes: bytesIn(weights.entries), licence });
}

/** It may be of a family that only torch has. */
async function factsForTorch(setting: Setting, folder: string, licence?: string): Promise<Facts> {
  const { config } = await openFolder(folder, setting.experiment);
  if (config) {
    const { weights } = await readModel(folder);
    return described(setting, config, { bytes: bytesIn(weights.entries), licence });
  }
  const entries = await readEntries(folder);
  const { model_type: family } = (await readJson(join(folder, 'config.json'))) as { model_type?: unknown };
  const parameters = [...entries.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { family: String(family), parameters, bytes: bytesIn(entries), licence };
}

const bytesIn = (entries: Weights['entries']) =>
  [...entries.values()].reduce((sum, { start, end }) => sum + end - start, 0);

async function factsOfGguf(setting: Setting, file: string, imports: string): Promise<Facts> {
  const { config, license, size } = await askGguf(file);
  const origin = await fileOrigin(file);
  const there = await findImport(imports, (found) => isDeepStrictEqual(found, origin));
  const folder = there ?? (await freeFolder(imports, basename(file).replace(/\.gguf$/i, '')));
  const becomes = { folder, isThere: there !== undefined, bytes: size.weights };
  return described(setting, trainedConfig(config, setting.experiment, folder), {
    bytes: size.file,
    licence: license,
    becomes,
  });
}

/** A size with as many tokens as it would have in this experiment. */
async function factsOfSize(setting: Setting, { preset }: { preset: string }): Promise<Facts> {
  const { experiment } = setting;
  const { model } = experiment;
  const written = experimentFields.shape.model.parse({ ...(typeof model === 'object' && model), preset });
  const [complaint] = crossComplaints({ ...experiment, model: written });
  if (complaint) throw new UserError(complaint.message);
  if (typeof written === 'string') throw new Error('A size is no folder');
  const vocabSize = written.tokenizer ? (await loadTokenizer(written.tokenizer)).vocabSize : written.vocabulary;
  const config = presetConfig(preset, { vocabSize, bos: 0, eos: 0, pad: 0 });
  return described(setting, config, { bytes: countParameters(config) * Float32Array.BYTES_PER_ELEMENT });
}
