/** The model that an experiment starts from, as far as it can be known without training: its shape and tokenizer. */
import { dirname, resolve } from 'node:path';
import type { Dataset, Problem } from '../dataset/model';
import { UserError } from '../errors';
import { adapt, newLora } from '../model/adapt';
import type { Adapters } from '../model/adapter-file';
import { trainTokenizer } from '../model/bpe';
import type { Lora, ModelConfig } from '../model/config';
import type { ModelFacts } from '../model/facts';
import { type AnyModel, type Model, readAnyModelFolder, readModelFolder } from '../model/folder';
import { type HashOptions, modelHash } from '../model/hash';
import { adaptersOf, matricesIn } from '../model/lora';
import { presetConfig } from '../model/presets';
import { loadTokenizer, makeTokenizer, type Tokenizer } from '../model/tokenizer';
import { tokenizerTexts } from '../schedule/corpus';
import type { Experiment } from '../schedule/experiment';
import type { Path } from '../schedule/locate';
import { recipes } from '../schedule/recipes';
import { problemsAt } from '../schedule/read-experiment';

export interface OpenedModel {
  facts: ModelFacts;
  /** The whole shape, where it is one that is built here: an engine may bring families of its own. */
  config?: ModelConfig;
  /** Adapters of a model of another family: those that are trained, or that its folder holds. */
  adapters?: Adapters;
  tokenizer: Tokenizer;
}

/**
 * The model as a run would start from it; a tokenizer of its own is trained on the dataset, as the trainer does.
 * @param experiment with absolute paths
 */
export async function openModel(experiment: Experiment, dataset: Dataset): Promise<OpenedModel> {
  const { model, splits } = experiment;
  if (typeof model === 'string') return openFolder(model, experiment);
  const tokenizer = model.tokenizer
    ? await loadTokenizer(model.tokenizer)
    : ownTokenizer(dataset, model.vocabulary, splits.train);
  return openBlank(model.preset, tokenizer, experiment);
}

/** Hash of the model's folder; undefined where nothing is learnt yet. */
export async function startingHash({ model }: Experiment, options?: HashOptions): Promise<string | undefined> {
  return typeof model === 'string' ? modelHash(model, options) : undefined;
}

/** A model that begins with what a folder holds, of which config and headers are read. */
export async function openFolder(folder: string, experiment: Experiment): Promise<OpenedModel> {
  const { tokenizer, ...read } = await readFolder(folder, experiment);
  return { tokenizer, ...asTrained(read, experiment, folder) };
}

/** torch computes every family of `transformers`: of one that isn't built here it is enough to know the facts. */
async function readFolder(folder: string, { engine }: Experiment) {
  try {
    return await readModelFolder(folder);
  } catch (error) {
    if (engine !== 'torch' || !(error instanceof UserError)) throw error;
    return readAnyModelFolder(folder);
  }
}

/** @throws UserError where it can't be trained as it shall */
function asTrained(
  read: Pick<Model, 'config'> | AnyModel,
  experiment: Experiment,
  folder: string,
): Omit<OpenedModel, 'tokenizer'> {
  if ('config' in read) {
    const config = trainedConfig(read.config, experiment, folder);
    return { facts: config, config };
  }
  const { facts, tensors, lora: held } = read;
  const { lora: wanted } = experiment.training;
  const modules = matricesIn(tensors);
  const lora = wanted ? newLora(modules, held, { ...wanted, base: folder }) : asHeld(held, experiment, folder);
  return { facts, adapters: lora && { lora, parameters: adaptersOf(modules, lora), transposed: false } };
}

/** A model that begins with nothing learnt. */
export function openBlank(preset: string, tokenizer: Tokenizer, experiment: Experiment): OpenedModel {
  const config = blankConfig(preset, tokenizer, experiment);
  return { facts: config, config, tokenizer };
}

/** Of a model that begins with what a folder holds. Throws a UserError where it can't be trained as it shall. */
export function trainedConfig(config: ModelConfig, experiment: Experiment, folder: string): ModelConfig {
  const { lora } = experiment.training;
  if (lora) return adapt(config, { ...lora, base: folder });
  asHeld(config.lora, experiment, folder);
  return config;
}

/** Adapters that a folder holds can be looked at and not be trained on. */
function asHeld(lora: Lora | undefined, experiment: Experiment, folder: string): Lora | undefined {
  if (lora && trainsAnything(experiment))
    throw new UserError(`${folder} holds adapters, not a model; export the model that they make first.`);
  return lora;
}

function trainsAnything({ stages, recipes: chosen = [] }: Experiment): boolean {
  const keys = chosen.map((choice) => (typeof choice === 'string' ? choice : choice.recipe));
  return stages !== undefined || recipes.some(({ key, phases }) => keys.includes(key) && phases.length > 0);
}

/** Of a model that begins with nothing learnt: it has a place for every token of the longest example. */
export function blankConfig(preset: string, tokenizer: Tokenizer, { training }: Experiment): ModelConfig {
  const config = presetConfig(preset, tokenizer);
  return { ...config, maxPositions: Math.max(config.maxPositions, training.sequence) };
}

function ownTokenizer(dataset: Dataset, vocabulary: number, trainSplit: string): Tokenizer {
  const { tokenizer, config } = trainTokenizer(tokenizerTexts(dataset, trainSplit), vocabulary);
  return makeTokenizer(tokenizer, config);
}

/** What is wrong with the model that an experiment file names, if anything. */
export async function modelProblem(experiment: Experiment, file: string, text: string): Promise<Problem | undefined> {
  const { model } = experiment;
  const at = (path: string) => resolve(dirname(file), path);
  const nothing = { documents: [], questions: [] };
  if (typeof model === 'string') {
    const folder = at(model);
    let read: Pick<Model, 'config'> | AnyModel;
    return (
      (await problemOf(['model'], async () => (read = await readFolder(folder, experiment)))) ??
      problemOf(experiment.training.lora ? ['training', 'lora'] : ['model'], () => asTrained(read, experiment, folder))
    );
  }
  return (
    (await problemOf(['model', 'preset'], () => presetConfig(model.preset, blank))) ??
    (model.tokenizer === undefined
      ? problemOf(['model', 'vocabulary'], () => ownTokenizer(nothing, model.vocabulary, ''))
      : problemOf(['model', 'tokenizer'], () => loadTokenizer(at(model.tokenizer!))))
  );

  async function problemOf(path: Path, open: () => unknown): Promise<Problem | undefined> {
    try {
      await open();
      return undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return problemsAt([{ path, message: error.message }], text, file)[0];
    }
  }
}

/** A tokenizer's sizes where only the name of a preset is looked at. */
const blank = { vocabSize: 3, bos: 1, eos: 2, pad: 0 };
