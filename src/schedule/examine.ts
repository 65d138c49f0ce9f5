/**
 * What a run would stumble over, found before it: parts without a text, orders that name nobody, texts that can't be
 * trained on, and what is cut. Every recipe is looked at with every seed, and each text is read as tokens once. Pure.
 */
import type { Dataset, Problem } from '../dataset/model';
import type { Tokenizer } from '../model/tokenizer';
import { Catalogue, KeptQuestions, type Store } from './catalogue';
import type { Complaint } from './complaints';
import { ExampleStore, OutlineStore } from './examples';
import type { Experiment } from './experiment';
import type { Path } from './locate';
import { placesOf } from './pack';
import type { Example, Stage } from './schedule';
import { resolveStages, variantsOf } from './stages';

export interface Examined {
  experiment: Experiment;
  dataset: Dataset;
  tokenizer: Tokenizer;
  /** Places of the model that an example can't be longer than. */
  positions: number;
}

/** About fields of the experiment, and about texts of the dataset. */
export interface Findings {
  errors: Complaint[];
  warnings: Complaint[];
  texts: Problem[];
  /** Places of each example that some stage trains on. */
  places: number[];
}

export function examine({ experiment, dataset, tokenizer, positions }: Examined): Findings {
  const store = new ExampleStore(tokenizer, experiment.training);
  const errors = [
    ...stagesComplaints(experiment, dataset, store),
    ...longRow(store.examples, experiment.training.row),
    ...longExample(store.examples, positions),
  ];
  const warnings = cuts(store, experiment.training.sequence);
  return { errors, warnings, texts: store.refused, places: store.examples.map(placesOf) };
}

/** As much of it as needs no tokens: parts and orders. */
export function examineOutline(experiment: Experiment, dataset: Dataset): Complaint[] {
  return stagesComplaints(experiment, dataset, new OutlineStore());
}

/** Makes examples of all that some stage trains on. */
function stagesComplaints(experiment: Experiment, dataset: Dataset, store: Store): Complaint[] {
  const catalogue = new Catalogue(dataset, store);
  const kept = experiment.seeds.map((seed) => new KeptQuestions(dataset, experiment, seed));
  return variantsOf(experiment).flatMap(({ choice }, variant) =>
    resolveStages(experiment, choice).flatMap((stage) => {
      const { texts, complaints } = catalogue.texts(stage);
      for (const some of [texts, ...kept.map((questions) => questions.of(stage))]) catalogue.indices(some, stage);
      return complaints.map(({ path, message }) => ({ message, path: placeIn(experiment, variant, stage, path) }));
    }),
  );
}

/** A recipe is one entry of the file; a stage that is written out has its fields there. */
function placeIn({ recipes }: Experiment, variant: number, stage: Stage, field: Path): Path {
  return recipes ? ['recipes', variant] : ['stages', stage.number - 1, ...field];
}

/** Rows of a fixed length must hold every example whole. */
export function longRow(examples: readonly Example[], row: number | 'auto'): Complaint[] {
  const long = row === 'auto' ? undefined : examples.find((example) => placesOf(example) > row);
  if (!long) return [];
  const message =
    `The ${long.kind} ${long.id} takes ${placesOf(long)} places, but training.row has ${row}: ` +
    'raise training.row, lower training.sequence, or leave training.row out.';
  return [{ path: ['training', 'row'], message }];
}

function longExample(examples: readonly Example[], positions: number): Complaint[] {
  const long = examples.find((example) => placesOf(example) > positions);
  if (!long) return [];
  const message = `The ${long.kind} ${long.id} takes ${placesOf(long)} places, but the model has ${positions}: lower training.sequence to ${positions}.`;
  return [{ path: ['training', 'sequence'], message }];
}

function cuts({ truncated, examples }: Store, sequence: number): Complaint[] {
  if (truncated.length === 0) return [];
  const documents = new Set(examples.filter(({ kind }) => kind === 'document').map(({ id }) => id)).size;
  const lost = truncated.reduce((sum, { tokens, kept }) => sum + tokens - kept, 0);
  const longest = truncated.reduce((a, b) => (b.tokens > a.tokens ? b : a));
  const which = `${truncated.length} of ${documents} documents`;
  const message =
    `Cut at ${sequence} tokens: ${which}, ${lost} tokens of their ends in all. ` +
    `The longest, ${longest.id}, has ${longest.tokens}.`;
  return [{ path: ['training', 'sequence'], message }];
}
