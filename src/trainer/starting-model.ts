/** The model that an experiment starts from, as far as it can be known without training: its shape and tokenizer. */
import { dirname, resolve } from 'node:path';
import type { Dataset, Problem } from '../dataset/model';
import { UserError } from '../errors';
import { adapt } from '../model/adapt';
import { trainTokenizer } from '../model/bpe';
import type { ModelConfig } from '../model/config';
import type { ModelFacts } from '../model/facts';
import { readFactsFolder, readModelFolder } from '../model/folder';
import { modelHash } from '../model/hash';
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
export async function startingHash({ model }: Experiment): Promise<string | undefined> {
  return typeof model === 'string' ? modelHash(model) : undefined;
}

/** A model that begins with what a folder holds, of which config and headers are read. */
export async function openFolder(folder: string, experiment: Experiment): Promise<OpenedModel> {
  const opened = await readFolder(folder, experiment);
  if (!opened.config) return opened;
  const config = trainedConfig(opened.config, experiment, folder);
  return { ...opened, facts: config, config };
}

/** torch computes every family of `transformers`: of one that isn't built here it is enough to know the facts. */
async function readFolder(folder: string, { engine, training }: Experiment): Promise<OpenedModel> {
  try {
    const { config, tokenizer } = await readModelFolder(folder);
    return { facts: config, config, tokenizer };
  } catch (error) {
    if (engine !== 'torch' || training.lora || !(error instanceof UserError)) throw error;
    return readFactsFolder(folder);
  }
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
  if (config.lora && trainsAnything(experiment))
    throw new UserError(`${folder} holds adapters, not a model; export the model that they make first.`);
  return config;
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
    let opened: OpenedModel;
    return (
      (await problemOf(['model'], async () => (opened = await readFolder(folder, experiment)))) ??
      problemOf(
        experiment.training.lora ? ['training', 'lora'] : ['model'],
        () => opened.config && trainedConfig(opened.config, experiment, folder),
      )
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
