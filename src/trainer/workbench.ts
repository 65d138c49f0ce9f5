/**
 * All that a run works with, made from its folder alone: dataset, tokenizer, schedule, learner. The same folder gives
 * the same workbench; data that has changed since the run was made is refused.
 */
import { existsSync } from 'node:fs';
import { loadDataset } from '../dataset/load';
import type { Dataset } from '../dataset/model';
import { describeProblem } from '../dataset/problem';
import type { Learner } from '../engine/learner';
import { chooseDevice, type DeviceChoice } from '../engine/onnx/device';
import { OnnxLearner } from '../engine/onnx/learner';
import { UserError } from '../errors';
import { makeFolder } from '../make-folder';
import { trainTokenizer, writeTokenizer } from '../model/bpe';
import type { ModelConfig } from '../model/config';
import { copyTokenizer, readModelFolder } from '../model/folder';
import { initialize, initializeAdapters } from '../model/parameters';
import { loadTokenizer, type Tokenizer } from '../model/tokenizer';
import { readAll } from '../model/weights';
import { runFiles, type RunFolder } from '../run/folder';
import { compileSchedule } from '../schedule/compile';
import { tokenizerTexts } from '../schedule/corpus';
import type { Experiment } from '../schedule/experiment';
import { sourcesOf } from '../schedule/paths';
import { attentionOf } from '../schedule/pack';
import { rowsFor } from '../schedule/rows';
import type { Schedule } from '../schedule/schedule';
import { blankConfig, trainedConfig } from './starting-model';

export interface Workbench {
  folder: RunFolder;
  experiment: Experiment;
  dataset: Dataset;
  tokenizer: Tokenizer;
  schedule: Schedule;
  learner: Learner;
  /** Row lengths that batches may have. */
  rows: number[];
  /** See `attentionOf`. */
  attention: number;
}

/** @throws UserError where the data has problems or has changed, or the model can't be read. */
export async function openWorkbench(folder: RunFolder): Promise<Workbench> {
  const experiment = folder.readJson<Experiment>(runFiles.experiment);
  const { seed, dataHash } = folder.identity;
  const dataset = await sameDataset(experiment, dataHash);
  const { config, weights, tokenizer } = await openModel(folder, experiment, dataset, seed);
  const recipe = experiment.recipes?.[0];
  const schedule = compileSchedule({ experiment, recipe, dataset, tokenizer, seed });
  const { optimizer } = experiment.training;
  const device = await chooseDevice(usedBefore(folder) ?? experiment.device, experiment.threads);
  const learner = new OnnxLearner({ config, weights, optimizer, device });
  const attention = attentionOf(config.hiddenSize);
  const rows = rowsFor(schedule, experiment.training, attention);
  return { folder, experiment, dataset, tokenizer, schedule, learner, rows, attention };
}

/** A run that goes on stays on its device: another would give other numbers. */
function usedBefore(folder: RunFolder): DeviceChoice | undefined {
  const { events } = folder.readEvents();
  const last = events.findLast((event) => event.type === 'device');
  return last && (last.device.startsWith('webgpu') ? 'webgpu' : 'cpu');
}

async function sameDataset(experiment: Experiment, dataHash: string): Promise<Dataset> {
  const { dataset, problems, hash } = await loadDataset(sourcesOf(experiment, '/'));
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw new UserError(`The data has ${errors.length} errors; first: ${describeProblem(errors[0])}`);
  if (hash !== dataHash)
    throw new UserError(`The data has changed since this run was made (${hash} is not ${dataHash}); start a new run.`);
  return dataset;
}

interface OpenModel {
  config: ModelConfig;
  weights: ReadonlyMap<string, Float32Array>;
  tokenizer: Tokenizer;
}

async function openModel(
  folder: RunFolder,
  experiment: Experiment,
  dataset: Dataset,
  seed: number,
): Promise<OpenModel> {
  const { model, splits } = experiment;
  if (typeof model === 'string') {
    const { weights, tokenizer, ...read } = await readModelFolder(model);
    const config = trainedConfig(read.config, experiment, model);
    await keepTokenizer(folder, model);
    const adapters = config.lora ? initializeAdapters(config, seed) : [];
    return { config, tokenizer, weights: new Map([...(await readAll(read.config, weights)), ...adapters]) };
  }
  const at = model.tokenizer ?? (await ownTokenizer(folder, dataset, model.vocabulary, splits.train));
  if (model.tokenizer) await keepTokenizer(folder, model.tokenizer);
  const tokenizer = await loadTokenizer(at);
  const config = blankConfig(model.preset, tokenizer, experiment);
  return { config, tokenizer, weights: initialize(config, seed) };
}

/** Every checkpoint carries the tokenizer; the run keeps it in `tokenizer/`. */
async function keepTokenizer(folder: RunFolder, from: string): Promise<void> {
  await makeFolder(folder.file('tokenizer'));
  await copyTokenizer(from, folder.file('tokenizer'));
}

/** A tokenizer trained on the dataset, once for the run. */
async function ownTokenizer(folder: RunFolder, dataset: Dataset, vocabulary: number, train: string): Promise<string> {
  const at = folder.file('tokenizer');
  if (existsSync(folder.file('tokenizer', 'tokenizer_config.json'))) return at;
  await makeFolder(at);
  await writeTokenizer(at, trainTokenizer(tokenizerTexts(dataset, train), vocabulary));
  return at;
}
