/** The model that an experiment starts from, as far as it can be known without training: its shape and tokenizer. */
import { dirname, resolve } from 'node:path';
import type { Dataset, Problem } from '../dataset/model';
import { UserError } from '../errors';
import { adapt } from '../model/adapt';
import { trainTokenizer } from '../model/bpe';
import type { ModelConfig } from '../model/config';
import { readModelFolder } from '../model/folder';
import { presetConfig } from '../model/presets';
import { loadTokenizer, makeTokenizer, type Tokenizer } from '../model/tokenizer';
import { tokenizerTexts } from '../schedule/corpus';
import type { Experiment } from '../schedule/experiment';
import type { Path } from '../schedule/locate';
import { recipes } from '../schedule/recipes';
import { problemsAt } from '../schedule/read-experiment';

export interface OpenedModel {
  config: ModelConfig;
  tokenizer: Tokenizer;
}

/**
 * The model as a run would start from it; a tokenizer of its own is trained on the dataset, as the trainer does.
 * @param experiment with absolute paths
 */
export async function openModel(experiment: Experiment, dataset: Dataset): Promise<OpenedModel> {
  const { model, splits } = experiment;
  if (typeof model === 'string') {
    const opened = await readModelFolder(model);
    return { ...opened, config: trainedConfig(opened.config, experiment, model) };
  }
  const tokenizer = model.tokenizer
    ? await loadTokenizer(model.tokenizer)
    : ownTokenizer(dataset, model.vocabulary, splits.train);
  return { tokenizer, config: blankConfig(model.preset, tokenizer, experiment) };
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
    let config: ModelConfig;
    return (
      (await problemOf(['model'], async () => ({ config } = await readModelFolder(folder)))) ??
      problemOf(experiment.training.lora ? ['training', 'lora'] : ['model'], () =>
        trainedConfig(config, experiment, folder),
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
