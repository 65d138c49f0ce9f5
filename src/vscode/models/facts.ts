/** What can be told of a model from its config and the headers of its weights. Done in a worker thread (worker.ts). */
import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { machineMemory } from '../../engine/machine';
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
import { fitOf, mostDemandOf } from '../../trainer/memory';
import { openFolder, trainedConfig } from '../../trainer/starting-model';
import type { Facts, Place } from './protocol';

/** @param imports folder that imports go into */
export function factsOf(experiment: Experiment, { group, model }: Place, imports: string): Promise<Facts> {
  if (typeof model === 'object') return factsOfSize(experiment, model);
  return group === 'gguf' ? factsOfGguf(experiment, model, imports) : factsOfFolder(experiment, model);
}

/** @param config as it would be trained */
export function described(
  experiment: Experiment,
  config: ModelConfig,
  about: Pick<Facts, 'bytes' | 'licence' | 'becomes'>,
): Facts {
  return {
    family: config.family,
    parameters: countParameters(config),
    ...about,
    ...(experiment.engine === 'onnx' && memoryFor(experiment, config)),
  };
}

function memoryFor(experiment: Experiment, config: ModelConfig): Pick<Facts, 'memory' | 'fit'> {
  const demand = mostDemandOf(experiment, config);
  return { memory: demand.total, ...(experiment.device === 'cpu' && { fit: fitOf(demand, machineMemory()) }) };
}

/** The headers of the weights tell what is missing or misshapen. */
async function factsOfFolder(experiment: Experiment, folder: string): Promise<Facts> {
  const licence = await licenceOf(folder);
  if (experiment.engine === 'torch') return factsForTorch(experiment, folder, licence);
  const { config, weights } = await readModel(folder);
  const tokenizer = join(folder, 'tokenizer.json');
  await explained(tokenizer, 'read', access(tokenizer));
  return described(experiment, trainedConfig(config, experiment, folder), { bytes: bytesIn(weights.entries), licence });
}

/** It may be of a family that only torch has. */
async function factsForTorch(experiment: Experiment, folder: string, licence?: string): Promise<Facts> {
  const { config } = await openFolder(folder, experiment);
  if (config) {
    const { weights } = await readModel(folder);
    return described(experiment, config, { bytes: bytesIn(weights.entries), licence });
  }
  const entries = await readEntries(folder);
  const { model_type: family } = (await readJson(join(folder, 'config.json'))) as { model_type?: unknown };
  const parameters = [...entries.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { family: String(family), parameters, bytes: bytesIn(entries), licence };
}

const bytesIn = (entries: Weights['entries']) =>
  [...entries.values()].reduce((sum, { start, end }) => sum + end - start, 0);

async function factsOfGguf(experiment: Experiment, file: string, imports: string): Promise<Facts> {
  const { config, license, size } = await askGguf(file);
  const origin = await fileOrigin(file);
  const there = await findImport(imports, (found) => isDeepStrictEqual(found, origin));
  const folder = there ?? (await freeFolder(imports, basename(file).replace(/\.gguf$/i, '')));
  const becomes = { folder, isThere: there !== undefined, bytes: size.weights };
  return described(experiment, trainedConfig(config, experiment, folder), {
    bytes: size.file,
    licence: license,
    becomes,
  });
}

/** A size with as many tokens as it would have in this experiment. */
async function factsOfSize(experiment: Experiment, { preset }: { preset: string }): Promise<Facts> {
  const { model } = experiment;
  const written = experimentFields.shape.model.parse({ ...(typeof model === 'object' && model), preset });
  const [complaint] = crossComplaints({ ...experiment, model: written });
  if (complaint) throw new UserError(complaint.message);
  if (typeof written === 'string') throw new Error('A size is no folder');
  const vocabSize = written.tokenizer ? (await loadTokenizer(written.tokenizer)).vocabSize : written.vocabulary;
  const config = presetConfig(preset, { vocabSize, bos: 0, eos: 0, pad: 0 });
  return described(experiment, config, { bytes: countParameters(config) * Float32Array.BYTES_PER_ELEMENT });
}
