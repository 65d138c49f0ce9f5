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
import type { Workbench } from './workbench';

export type Extent = 'full' | 'subset';
type Evaluated = Extract<RunEvent, { type: 'evaluated' }>;

/** Seconds between two events that say how far a long evaluation is. */
const interval = 2;

/** Somebody asks to stop: what was evaluated so far is not kept. */
class StopRequested extends Error {}

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

function stopIfAsked({ folder }: Workbench): void {
  if (folder.stopRequested()) throw new StopRequested();
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
    const details = {
      ...(questions.length > 0 && (await askAll(bench, position, extent, split, questions))),
      ...(questions.length > 0 && { teacherForcedAccuracy: await forcedAccuracy(bench, questions) }),
      ...(documents.length > 0 && { documents: await readAll(bench, documents) }),
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
  { stage, epoch, step }: Position,
  extent: Extent,
  split: string,
  questions: readonly Question[],
): Promise<Pick<Evaluated, 'answers' | 'predictions'>> {
  const { folder } = bench;
  const started = performance.now();
  let told = 0;
  const predictions = await ask(bench, questions, (done) => {
    stopIfAsked(bench);
    const seconds = (performance.now() - started) / 1000;
    if (seconds - told < interval || done === questions.length) return;
    told = seconds;
    const time = new Date().toISOString();
    folder.appendEvent({ type: 'evaluating', time, stage, epoch, step, split, done, of: questions.length, seconds });
  });
  const { bootstrap } = bench.experiment.evaluation;
  const answers = summarizeAnswers(predictions, { resamples: bootstrap, seed: bench.schedule.seed });
  const name = `stage-${stage}-step-${step}-${split}-${extent}`;
  return { answers, predictions: folder.writePredictions(name, predictions) };
}

function priorOf({ dataset, experiment }: Workbench, questions: readonly Question[]): number {
  return blindPrior(
    dataset.questions.filter(({ split }) => split === experiment.splits.train),
    questions,
  );
}

async function forcedAccuracy(bench: Workbench, questions: readonly Question[]): Promise<number> {
  const store = new ExampleStore(bench.tokenizer, { sequence: bench.experiment.training.sequence });
  for (const question of questions) store.addQuestion(question);
  const { hits, tokens } = await score(bench, store);
  return teacherForcedAccuracy(hits, tokens);
}

async function readAll(bench: Workbench, documents: readonly Document[]) {
  const store = new ExampleStore(bench.tokenizer, { sequence: bench.experiment.training.sequence });
  for (const document of documents) store.addDocument(document);
  const { losses, tokens } = await score(bench, store);
  const total = tokens.reduce((a, b) => a + b, 0);
  return { documents: store.examples.length, tokens: total, perplexity: perplexity(losses, tokens) };
}

/** Losses, hits and counted tokens, summed by batch. */
async function score(bench: Workbench, { examples }: ExampleStore) {
  const { learner, microBatch, microBatches, attention, rows } = bench;
  const longest = examples.reduce((most, example) => Math.max(most, placesOf(example)), 1);
  const row = longest <= Math.max(...rows) ? rows : [Math.ceil(longest / 8) * 8];
  const losses: number[] = [];
  const hits: number[] = [];
  const tokens: number[] = [];
  const batches = scoringBatches(examples, { row, microBatch: Math.max(microBatch, ...row), attention });
  for (const batch of microBatches.cut(batches)) {
    stopIfAsked(bench);
    const found = await learner.score(batch);
    losses.push(found.losses.reduce((a, b) => a + b, 0));
    hits.push(found.hits.reduce((a, b) => a + b, 0));
    tokens.push(batch.weights.reduce((count, weight) => count + Number(weight > 0), 0));
  }
  return { losses, hits, tokens };
}
