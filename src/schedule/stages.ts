/**
 * Stages with every knob resolved: from a row of the recipe table, or from the stages that an experiment writes out.
 * Knows no dataset; what the stages' parts hold is found when a schedule is compiled.
 */
import { UserError } from '../errors';
import type { Experiment, RecipeChoice, StageEntry } from './experiment';
import { findRecipe, type Phase, type Recipe, type RolePart } from './recipes';
import type { Part, Stage } from './schedule';

/** One line of a comparison: a recipe with what was changed about it, or the experiment's own stages. */
export interface Variant {
  name: string;
  recipe?: Recipe;
  choice?: RecipeChoice;
}

/** What an experiment compares, in its order. */
export function variantsOf(experiment: Experiment): Variant[] {
  if (!experiment.recipes) return [{ name: experiment.name ?? 'stages' }];
  return experiment.recipes.map((choice) => {
    const { recipe, as } = settled(choice);
    return { name: as ?? recipe, recipe: findRecipe(recipe), choice };
  });
}

/** The variants of these names, or all. @throws UserError for a name that the experiment doesn't have. */
export function chooseVariants(experiment: Experiment, names?: readonly string[]): Variant[] {
  const variants = variantsOf(experiment);
  const missing = names?.find((name) => !variants.some((variant) => variant.name === name));
  const known = variants.map(({ name }) => name).join(', ');
  if (missing !== undefined) throw new UserError(`The experiment has no recipe "${missing}"; it has ${known}.`);
  return variants.filter(({ name }) => !names || names.includes(name));
}

/**
 * The stages of a recipe, or those that the experiment writes out where no recipe is given.
 * @throws UserError for an unknown recipe and for a stage that trains on test questions.
 */
export function resolveStages(experiment: Experiment, choice?: RecipeChoice): Stage[] {
  const stages = choice === undefined ? ownStages(experiment) : recipeStages(experiment, settled(choice));
  const leaking = stages.find(({ parts }) => parts.some((part) => isTestQuestions(part, experiment)));
  if (leaking) throw new UserError(leakSentence(leaking.number, experiment));
  return stages;
}

export function isTestQuestions(part: Part, experiment: Experiment): boolean {
  return part.kind === 'question' && part.split === experiment.splits.test;
}

export function leakSentence(stage: number, experiment: Experiment): string {
  return (
    `Stage ${stage} trains on questions:${experiment.splits.test}, the questions of the test split: ` +
    'a metric on training data is no result.'
  );
}

/** Reads `documents:SPLIT` or `questions:SPLIT`. */
export function parsePart(text: string): Part {
  const colon = text.indexOf(':');
  return { kind: text.slice(0, colon) === 'documents' ? 'document' : 'question', split: text.slice(colon + 1) };
}

/** The opposite of `parsePart`. */
export function writePart({ kind, split }: Part): string {
  return `${kind}s:${split}`;
}

type SettledChoice = Exclude<RecipeChoice, string>;

function settled(choice: RecipeChoice): SettledChoice {
  return typeof choice === 'string' ? { recipe: choice } : choice;
}

function recipeStages(experiment: Experiment, choice: SettledChoice): Stage[] {
  return findRecipe(choice.recipe).phases.map((phase, index) => {
    const stage = phaseStage(experiment, phase, index + 1);
    return { ...stage, epochs: choice.epochs?.[index] ?? stage.epochs, rate: choice.rates?.[index] ?? stage.rate };
  });
}

function phaseStage(experiment: Experiment, phase: Phase, number: number): Stage {
  const { training } = experiment;
  const parts = phase.parts.map((part) => rolePart(part, experiment));
  const kept = phase.kept === 'always' || (phase.kept === 'if asked' && training.keepQuestionsInLastPhase);
  return {
    number,
    name: partsName(parts),
    parts,
    epochs: typeof phase.epochs === 'number' ? phase.epochs : training.epochs[phase.epochs],
    ...rateAndBatch(experiment, parts),
    arrangement: phase.arrangement ?? 'shuffled',
    first: phase.first ?? 'questions',
    documentWeights: phase.documentWeights ?? { answer: 1, other: 1 },
    keptQuestions: kept ? training.keptQuestions : 0,
  };
}

function rolePart(part: RolePart, { splits }: Experiment): Part {
  switch (part) {
    case 'train questions':
      return { kind: 'question', split: splits.train };
    case 'train documents':
      return { kind: 'document', split: splits.train };
    case 'test documents':
      return { kind: 'document', split: splits.test };
  }
}

function ownStages(experiment: Experiment): Stage[] {
  if (!experiment.stages) throw new Error('The experiment writes out no stages: name one of its recipes.');
  return experiment.stages.map((entry, index) => ownStage(experiment, entry, index + 1));
}

function ownStage(experiment: Experiment, entry: StageEntry, number: number): Stage {
  const parts = entry.parts.map(parsePart);
  const usual = rateAndBatch(experiment, parts);
  return {
    number,
    name: entry.name ?? partsName(parts),
    parts,
    epochs: entry.epochs ?? experiment.training.epochs[usualEpochs[kindOfStage(parts)]],
    rate: entry.rate ?? usual.rate,
    batch: entry.batch === undefined ? usual.batch : batchOf(entry.batch),
    arrangement: entry.arrangement,
    first: entry.first,
    documentWeights: entry.documentWeights ?? { answer: 1, other: 1 },
    keptQuestions: entry.keptQuestions ?? 0,
    ...(entry.order && { order: entry.order }),
  };
}

/** As the paper writes it: `train QA + train doc`. */
function partsName(parts: readonly Part[]): string {
  return parts.map(({ kind, split }) => `${split} ${kind === 'question' ? 'QA' : 'doc'}`).join(' + ');
}

function rateAndBatch({ training }: Experiment, parts: readonly Part[]): Pick<Stage, 'rate' | 'batch'> {
  const { rate, batch } = training[kindOfStage(parts)];
  return { rate, batch: batchOf(batch) };
}

const usualEpochs = { documents: 'documents', questions: 'instruction', mixed: 'pit' } as const;

function kindOfStage(parts: readonly Part[]): 'documents' | 'questions' | 'mixed' {
  const kinds = new Set(parts.map(({ kind }) => kind));
  if (kinds.size > 1) return 'mixed';
  return kinds.has('document') ? 'documents' : 'questions';
}

function batchOf(batch: number | { tokens: number }): Stage['batch'] {
  return typeof batch === 'number' ? { examples: batch } : batch;
}
