/**
 * Asks the model and reads its documents: greedy answers judged by exact match, recall and ROUGE-L; teacher-forced
 * accuracy beside them and never in their place; perplexity of documents. What an evaluation asks is fixed by the
 * experiment and the seed.
 */
import type { Document, Question } from '../dataset/model';
import { summarizeAnswers } from '../metrics/bootstrap';
import { perplexity, teacherForcedAccuracy } from '../metrics/likelihood';
import { blindPrior } from '../metrics/prior';
import type { Position, RunEvent } from '../run/events';
import { ExampleStore } from '../schedule/examples';
import { placesOf, scoringBatches } from '../schedule/pack';
import { randomFor, sample } from '../schedule/random';
import { ask } from './ask';
import { follow, type Followed, type Part, StopRequested } from './following';
import type { Workbench } from './workbench';

export type Extent = 'full' | 'subset';
type Evaluated = Extract<RunEvent, { type: 'evaluated' }>;

/** Evaluates the test split and, at full extent, a sample of the train split; appends one event for each. */
export async function evaluate(bench: Workbench, position: Position, extent: Extent): Promise<'finished' | 'stopped'> {
  const { splits, evaluation } = bench.experiment;
  const subset = extent === 'subset' ? evaluation.subset : Infinity;
  try {
    await evaluateSplit(bench, position, extent, splits.test, subset);
    if (extent === 'full' && evaluation.trainQuestions > 0)
      await evaluateSplit(bench, position, extent, splits.train, evaluation.trainQuestions);
  } catch (error) {
    if (error instanceof StopRequested) return 'stopped';
    throw error;
  }
  return 'finished';
}

/** An evaluation that fails is reported and never ends a run. */
async function evaluateSplit(bench: Workbench, position: Position, extent: Extent, split: string, most: number) {
  const { folder, dataset, experiment } = bench;
  const started = performance.now();
  const questions = choose(bench, dataset.questions, split, most);
  const documents = choose(bench, dataset.documents, split, most);
  if (questions.length + documents.length === 0) return;
  try {
    const isTest = split === experiment.splits.test;
    const following = (what: Part['what'], of: number) => follow(folder, { ...position, split, what, of });
    const [asked, read] = [questions.length, documents.length];
    const details = {
      ...(asked > 0 && (await askAll(bench, position, extent, split, questions, following('answers', asked)))),
      ...(asked > 0 && {
        teacherForcedAccuracy: await forcedAccuracy(bench, questions, following('questions', asked)),
      }),
      ...(read > 0 && { documents: await readAll(bench, documents, following('documents', read)) }),
      ...(isTest && questions.length > 0 && { blindPrior: priorOf(bench, questions) }),
    };
    const seconds = (performance.now() - started) / 1000;
    folder.appendEvent({
      type: 'evaluated',
      time: new Date().toISOString(),
      ...position,
      extent,
      split,
      ...details,
      seconds,
    });
  } catch (error) {
    if (error instanceof StopRequested) throw error;
    const message = `Evaluation on ${split} failed: ${error instanceof Error ? error.message : String(error)}`;
    folder.appendEvent({ type: 'evaluation-failed', time: new Date().toISOString(), message });
  }
}

/** The records of a split, or a sample of them that depends on the seed alone, in the order of the dataset. */
function choose<T extends { split: string }>(
  { schedule }: Workbench,
  records: readonly T[],
  split: string,
  most: number,
): T[] {
  const all = records.filter((record) => record.split === split);
  if (all.length <= most) return all;
  const chosen = new Set(sample(all, most, randomFor('evaluation', split, schedule.seed)));
  return all.filter((record) => chosen.has(record));
}

async function askAll(
  bench: Workbench,
  { stage, step }: Position,
  extent: Extent,
  split: string,
  questions: readonly Question[],
  followed: Followed,
): Promise<Pick<Evaluated, 'answers' | 'predictions'>> {
  const predictions = await ask(bench, questions, followed);
  const { bootstrap } = bench.experiment.evaluation;
  const answers = summarizeAnswers(predictions, { resamples: bootstrap, seed: bench.schedule.seed });
  const name = `stage-${stage}-step-${step}-${split}-${extent}`;
  return { answers, predictions: bench.folder.writePredictions(name, predictions) };
}

function priorOf({ dataset, experiment }: Workbench, questions: readonly Question[]): number {
  return blindPrior(
    dataset.questions.filter(({ split }) => split === experiment.splits.train),
    questions,
  );
}

async function forcedAccuracy(bench: Workbench, questions: readonly Question[], followed: Followed): Promise<number> {
  const store = new ExampleStore(bench.tokenizer, { sequence: bench.experiment.training.sequence });
  for (const question of questions) store.addQuestion(question);
  const { hits, tokens } = await score(bench, store, followed);
  return teacherForcedAccuracy(hits, tokens);
}

async function readAll(bench: Workbench, documents: readonly Document[], followed: Followed) {
  const store = new ExampleStore(bench.tokenizer, { sequence: bench.experiment.training.sequence });
  for (const document of documents) store.addDocument(document);
  const { losses, tokens } = await score(bench, store, followed);
  const total = tokens.reduce((a, b) => a + b, 0);
  return { documents: store.examples.length, tokens: total, perplexity: perplexity(losses, tokens) };
}

/** Losses, hits and counted tokens, summed by batch. */
async function score(bench: Workbench, { examples }: ExampleStore, followed: Followed) {
  const { learner, microBatch, microBatches, attention, rows } = bench;
  const longest = examples.reduce((most, example) => Math.max(most, placesOf(example)), 1);
  const row = longest <= Math.max(...rows) ? rows : [Math.ceil(longest / 8) * 8];
  const losses: number[] = [];
  const hits: number[] = [];
  const tokens: number[] = [];
  const batches = scoringBatches(examples, { row, microBatch: Math.max(microBatch, ...row), attention });
  let done = 0;
  for (const batch of microBatches.cut(batches)) {
    const found = await learner.score(batch);
    losses.push(found.losses.reduce((a, b) => a + b, 0));
    hits.push(found.hits.reduce((a, b) => a + b, 0));
    tokens.push(batch.weights.reduce((count, weight) => count + Number(weight > 0), 0));
    followed((done += batch.members.length));
  }
  return { losses, hits, tokens };
}
