/** From experiment, recipe, dataset and tokenizer to a schedule: what every stage holds, as tokens. Trains nothing. */
import type { Dataset, Document, Question } from '../dataset/model';
import { UserError } from '../errors';
import type { Tokenizer } from '../model/tokenizer';
import { ExampleStore, OutlineStore } from './examples';
import type { Experiment, RecipeChoice } from './experiment';
import { cutIntoSteps, orderOf, passesOf } from './order';
import { findRecipe } from './recipes';
import { randomFor, sample } from './random';
import type { Example, Part, PromptStyle, Schedule, Stage } from './schedule';
import { resolveStages, writePart } from './stages';

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
    stages.push({ ...stage, keptQuestions: keptHere.length });
    memberLists.set(stage.number, catalogue.members(stage, keptHere));
  }
  refuse(store.refused);
  checkRow(store.examples, experiment.training.row);
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

/** What makes examples of texts, with tokens or without. */
type Store = Pick<ExampleStore, 'examples' | 'truncated' | 'refused' | 'addQuestion' | 'addDocument'>;

/** Finds the texts of a stage and makes each into an example once. */
class Catalogue {
  private readonly questions = new Map<Question, number | undefined>();
  /** Documents by their weighting: the same text counts differently in stages that weigh differently. */
  private readonly documents = new Map<string, Map<Document, number | undefined>>();
  private answers?: Map<string, string[]>;

  constructor(
    private readonly dataset: Dataset,
    private readonly store: Store,
  ) {}

  /** Indices of the stage's examples; a text that was refused is left out. */
  members(stage: Stage, kept: readonly Question[]): number[] {
    const records = stage.parts.flatMap((part) => this.records(stage, part));
    const chosen = stage.order ? inOrder(records, stage.order, stage.number) : records;
    return [...chosen, ...kept]
      .map((record) => ('text' in record ? this.document(record, stage) : this.question(record)))
      .filter((index) => index !== undefined);
  }

  private records(stage: Stage, part: Part): (Document | Question)[] {
    const all: (Document | Question)[] = part.kind === 'document' ? this.dataset.documents : this.dataset.questions;
    const found = all.filter(({ split }) => split === part.split);
    if (found.length === 0) throw new UserError(emptyPart(stage, part, all));
    return found;
  }

  private question(question: Question): number | undefined {
    return once(this.questions, question, () => this.store.addQuestion(question)?.index);
  }

  private document(document: Document, { documentWeights }: Stage): number | undefined {
    const { answer, other } = documentWeights;
    const known = once(this.documents, `${answer} ${other}`, () => new Map<Document, number | undefined>());
    const answers = answer === other ? [] : (this.answersByDocument().get(document.id) ?? []);
    return once(known, document, () => this.store.addDocument(document, documentWeights, answers)?.index);
  }

  private answersByDocument(): Map<string, string[]> {
    if (this.answers) return this.answers;
    this.answers = new Map<string, string[]>();
    for (const { documentId, answers } of this.dataset.questions) {
      once(this.answers, documentId, () => []).push(...answers);
    }
    return this.answers;
  }
}

/** The training questions kept in while documents are read: the same ones in every stage, chosen by the seed. */
class KeptQuestions {
  private shuffled?: Question[];

  constructor(
    private readonly dataset: Dataset,
    private readonly experiment: Experiment,
    private readonly seed: number,
  ) {}

  of({ keptQuestions }: Stage): Question[] {
    if (keptQuestions === 0) return [];
    const { train } = this.experiment.splits;
    const all = () => this.dataset.questions.filter(({ split }) => split === train);
    this.shuffled ??= sample(all(), Infinity, randomFor('kept questions', this.seed));
    return this.shuffled.slice(0, keptQuestions);
  }
}

function once<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  if (!map.has(key)) map.set(key, make());
  return map.get(key)!;
}

/** The records that a hand-made order names, in its order. */
function inOrder(records: readonly (Document | Question)[], order: readonly string[], stage: number) {
  const byId = new Map<string, Document | Question>();
  const shared = new Set<string>();
  for (const record of records) {
    if (byId.has(record.id)) shared.add(record.id);
    byId.set(record.id, record);
  }
  return order.map((id) => {
    const record = byId.get(id);
    if (!record) throw new UserError(`The order of stage ${stage} names "${id}", which none of its parts holds.`);
    if (shared.has(id))
      throw new UserError(`The order of stage ${stage} names "${id}", which several texts are called.`);
    return record;
  });
}

function emptyPart(stage: Stage, part: Part, all: readonly { split: string }[]): string {
  const splits = [...new Set(all.map(({ split }) => split))].join(', ') || 'none';
  const start = `Stage ${stage.number} trains on ${writePart(part)}, but the dataset has no ${part.kind}s there`;
  return `${start}; splits with ${part.kind}s: ${splits}.`;
}

function refuse(sentences: readonly string[]): void {
  if (sentences.length === 0) return;
  const more = sentences.length - 1;
  throw new UserError(sentences[0] + (more > 0 ? ` (${more} more such texts.)` : ''));
}

/** Rows of a fixed length must hold every example whole. */
function checkRow(examples: readonly Example[], row: number | 'auto'): void {
  if (row === 'auto') return;
  const long = examples.find(({ tokens }) => tokens.length - 1 > row);
  if (!long) return;
  throw new UserError(
    `The ${long.kind} ${long.id} takes ${long.tokens.length - 1} places, but training.row has ${row}: ` +
      'raise training.row, lower training.sequence, or leave training.row out.',
  );
}

/** How a setting puts its questions in an evaluation. */
export function promptOf(recipe: RecipeChoice | undefined): PromptStyle {
  if (recipe === undefined) return 'zero-shot';
  return findRecipe(typeof recipe === 'string' ? recipe : recipe.recipe).prompt;
}
