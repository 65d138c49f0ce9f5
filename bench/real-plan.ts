/**
 * The same work for both sides of the comparison on a real model: training steps of `samples/smollm2` as its schedule
 * plans them, and its questions, as token ids of the model's own tokenizer.
 */
import { resolve } from 'node:path';
import { loadDataset } from '../src/dataset/load';
import type { OptimizerSettings } from '../src/engine/learner';
import { readModelFolder } from '../src/model/folder';
import { compileSchedule } from '../src/schedule/compile';
import type { Experiment, RecipeChoice } from '../src/schedule/experiment';
import { attentionOf } from '../src/schedule/pack';
import { sourcesOf, withAbsolutePaths } from '../src/schedule/paths';
import { questionPromptTokens } from '../src/schedule/prompts';
import { readExperiment } from '../src/schedule/read-experiment';
import { rowsFor } from '../src/schedule/rows';
import type { Schedule, Stage } from '../src/schedule/schedule';

const sample = resolve(__dirname, '../samples/smollm2');
/** Of so many steps of a stage one is taken. */
const stride = 5;

/** An example without its ids: tokens, and the relative loss weight of each but the first. */
export interface PlannedExample {
  tokens: number[];
  weights: number[];
}

export interface PlannedStage {
  name: string;
  rate: number;
  /** Steps taken evenly from all of the stage's; each the examples of one effective batch. */
  steps: PlannedExample[][];
}

export interface RealPlan {
  model: string;
  /** How rows are packed here. */
  packing: { row: number[]; microBatch: number; attention: number };
  optimizer: OptimizerSettings;
  stages: PlannedStage[];
  prompts: number[][];
  maxTokens: number;
  question: string;
}

/** Pre-instruction-tuning on the sample, by the model in a folder. */
export async function planReal(model: string): Promise<RealPlan> {
  const { experiment: read } = await readExperiment(resolve(sample, 'smollm2.pit.json'));
  const experiment = withAbsolutePaths({ ...read!, model }, sample);
  const { dataset } = await loadDataset(sourcesOf(experiment, '/'));
  const { config, tokenizer } = await readModelFolder(model);
  const schedule = compileSchedule({ experiment, recipe: pitOf(experiment), dataset, tokenizer, seed: 1 });
  const attention = attentionOf(config.hiddenSize);
  const { microBatch, optimizer } = experiment.training;
  const questions = dataset.questions.filter(({ split }) => split === experiment.splits.test);
  return {
    model,
    packing: { row: rowsFor(schedule, experiment.training, attention), microBatch, attention },
    optimizer,
    stages: schedule.stages.map((stage) => planStage(schedule, stage)),
    prompts: questions.slice(0, 32).map(({ question }) => [...questionPromptTokens(question, tokenizer)]),
    maxTokens: experiment.evaluation.maxTokens,
    question: questions[0].question,
  };
}

/** The sample's setting ⑦, as often over the data as the sample has it. */
function pitOf({ recipes = [] }: Experiment): RecipeChoice {
  return recipes.find((choice) => typeof choice !== 'string' && choice.recipe === 'pit')!;
}

function planStage(schedule: Schedule, stage: Stage): PlannedStage {
  const epochs = Array.from({ length: schedule.passes(stage) }, (_, i) => schedule.plan(stage, i + 1));
  const steps = epochs.flat().filter((_, i) => i % stride === 0);
  const planned = ({ tokens, weights }: Schedule['examples'][number]) => ({
    tokens: [...tokens],
    weights: [...weights],
  });
  return {
    name: stage.name,
    rate: stage.rate,
    steps: steps.map((step) => step.map((index) => planned(schedule.examples[index]))),
  };
}

/** Places that hold text. */
export function textPlaces(stage: PlannedStage): number {
  return stage.steps.flat().reduce((sum, { tokens }) => sum + tokens.length - 1, 0);
}
