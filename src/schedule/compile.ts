/** From experiment, recipe, dataset and tokenizer to a schedule: what every stage holds, as tokens. Trains nothing. */
import type { Dataset } from '../dataset/model';
import { describeProblem } from '../dataset/problem';
import { UserError } from '../errors';
import type { Tokenizer } from '../model/tokenizer';
import { Catalogue, KeptQuestions, type Store } from './catalogue';
import { longRow } from './examine';
import { ExampleStore, OutlineStore } from './examples';
import type { Experiment, RecipeChoice } from './experiment';
import { cutIntoSteps, orderOf, passesOf } from './order';
import { findRecipe } from './recipes';
import type { PromptStyle, Schedule, Stage } from './schedule';
import { resolveStages } from './stages';

export interface CompileInput {
  experiment: Experiment;
  /** A recipe of the table, or nothing for the stages that the experiment writes out. */
  recipe?: RecipeChoice;
  dataset: Dataset;
  tokenizer: Tokenizer;
  seed: number;
}

/** @throws UserError naming file and line of a text that cannot be trained on, and for a part without any text. */
export function compileSchedule({ tokenizer, ...input }: CompileInput): Schedule {
  return compileWith(new ExampleStore(tokenizer, input.experiment.training), input);
}

/**
 * The same without a tokenizer: what each stage holds in which order. Examples have no tokens, so that only batches of
 * a number of examples are cut into steps; an epoch of a stage with other batches is one step.
 * @throws UserError for a part without any text.
 */
export function outlineSchedule(input: Omit<CompileInput, 'tokenizer'>): Schedule {
  return compileWith(new OutlineStore(), input);
}

function compileWith(store: Store, { experiment, recipe, dataset, seed }: Omit<CompileInput, 'tokenizer'>): Schedule {
  const catalogue = new Catalogue(dataset, store);
  const kept = new KeptQuestions(dataset, experiment, seed);
  const stages: Stage[] = [];
  const memberLists = new Map<number, number[]>();
  for (const stage of resolveStages(experiment, recipe)) {
    const keptHere = kept.of(stage);
    const { texts, complaints } = catalogue.texts(stage);
    refuse(complaints.map(({ message }) => message));
    stages.push({ ...stage, keptQuestions: keptHere.length });
    memberLists.set(stage.number, catalogue.indices([...texts, ...keptHere], stage));
  }
  refuse(store.refused.map(describeProblem));
  refuse(longRow(store.examples, experiment.training.row).map(({ message }) => message));
  const { examples, truncated } = store;
  const members = (stage: Stage) => memberLists.get(stage.number)!;
  return {
    seed,
    stages,
    prompt: promptOf(recipe),
    examples,
    truncated,
    members,
    plan: (stage, epoch) => cutIntoSteps(orderOf(stage, members(stage), examples, seed, epoch), stage.batch, examples),
    passes: passesOf,
  };
}

/** Optimiser steps of a stage, all epochs together. */
export function countSteps(schedule: Schedule, stage: Stage): number {
  const passes = schedule.passes(stage);
  if ('examples' in stage.batch) return passes * schedule.plan(stage, 1).length;
  return Array.from({ length: passes }, (_, pass) => schedule.plan(stage, pass + 1).length).reduce((a, b) => a + b, 0);
}

function refuse(sentences: readonly string[]): void {
  if (sentences.length === 0) return;
  const more = sentences.length - 1;
  throw new UserError(sentences[0] + (more > 0 ? ` (${more} more like this.)` : ''));
}

/** How a setting puts its questions in an evaluation. */
export function promptOf(recipe: RecipeChoice | undefined): PromptStyle {
  if (recipe === undefined) return 'zero-shot';
  return findRecipe(typeof recipe === 'string' ? recipe : recipe.recipe).prompt;
}
