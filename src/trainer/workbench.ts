/**
 * All that a run works with, made from its folder alone: dataset, tokenizer, schedule, learner. The same folder gives
 * the same workbench; data or a model that has changed since the run was made is refused.
 */
import { existsSync } from 'node:fs';
import { loadDataset } from '../dataset/load';
import type { Dataset } from '../dataset/model';
import { describeProblem } from '../dataset/problem';
import type { Learner } from '../engine/learner';
import { UserError } from '../errors';
import { makeFolder } from '../make-folder';
import { trainTokenizer } from '../model/bpe';
import { copyTokenizer } from '../model/folder';
import { loadTokenizer, type Tokenizer } from '../model/tokenizer';
import { writeTokenizer } from '../model/tokenizer-file';
import { runFiles, type RunFolder } from '../run/folder';
import { compileSchedule } from '../schedule/compile';
import { tokenizerTexts } from '../schedule/corpus';
import type { Experiment } from '../schedule/experiment';
import { sourcesOf } from '../schedule/paths';
import { attentionOf } from '../schedule/pack';
import { rowsFor } from '../schedule/rows';
import type { Schedule } from '../schedule/schedule';
import { GpuWatch } from './gpu-watch';
import { MicroBatches } from './micro-batches';
import { openLearner } from './open-learner';
import type { Start } from './start';
import { openBlank, openFolder, startingHash } from './starting-model';

export interface Workbench {
  folder: RunFolder;
  experiment: Experiment;
  dataset: Dataset;
  tokenizer: Tokenizer;
  schedule: Schedule;
  learner: Learner;
  /** Row lengths that batches may have. */
  rows: number[];
  /** Most places that are computed at once, by all processes of the learner together. */
  microBatch: number;
  gpu: GpuWatch;
  /** Cuts what is computed at once further where memory has run out. */
  microBatches: MicroBatches;
  /** See `attentionOf`. */
  attention: number;
}

/** @throws UserError where the data has problems, the data or the model has changed, or the model can't be read. */
export async function openWorkbench(folder: RunFolder): Promise<Workbench> {
  const experiment = folder.readJson<Experiment>(runFiles.experiment);
  const { seed, dataHash } = folder.identity;
  const dataset = await sameDataset(experiment, dataHash);
  await refuseOtherModel(folder, experiment);
  const start = { ...(await openModel(folder, experiment, dataset)), seed };
  const { facts, tokenizer } = start;
  const schedule = compileSchedule({ experiment, recipe: experiment.recipes?.[0], dataset, tokenizer, seed });
  const attention = attentionOf(facts.hiddenSize);
  const rows = rowsFor(schedule, experiment.training, attention);
  const learner = await openLearner(start, folder, experiment);
  const microBatch = experiment.training.microBatch * learner.processes;
  const microBatches = new MicroBatches(experiment.training.outOfMemory, folder.readEvents().events);
  const gpu = new GpuWatch(learner.report);
  return { folder, experiment, dataset, tokenizer, schedule, learner, rows, microBatch, microBatches, attention, gpu };
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

/** A run made before models were hashed takes the model as it is. */
async function refuseOtherModel({ identity }: RunFolder, experiment: Experiment): Promise<void> {
  if (identity.modelHash === undefined) return;
  const hash = await startingHash(experiment);
  if (hash !== identity.modelHash)
    throw new UserError(
      `The model has changed since this run was made (${hash} is not ${identity.modelHash}); start a new run.`,
    );
}

async function openModel(folder: RunFolder, experiment: Experiment, dataset: Dataset): Promise<Omit<Start, 'seed'>> {
  const { model, splits } = experiment;
  if (typeof model === 'string') {
    const opened = await openFolder(model, experiment);
    await keepTokenizer(folder, model);
    return { ...opened, folder: model };
  }
  const at = model.tokenizer ?? (await ownTokenizer(folder, dataset, model.vocabulary, splits.train));
  if (model.tokenizer) await keepTokenizer(folder, model.tokenizer);
  return openBlank(model.preset, await loadTokenizer(at), experiment);
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
