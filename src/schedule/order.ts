/**
 * The order of examples in an epoch and its cut into steps. Pure functions of stage, seed and epoch: a run that is
 * resumed, or read by somebody else, finds the same order again.
 */
import { randomFor, shuffle } from './random';
import type { Example, Stage, StepPlan } from './schedule';

/** Epochs that are planned one by one; a grouped stage has all its repeats within one pass. */
export function passesOf(stage: Stage): number {
  return stage.arrangement === 'grouped' ? 1 : stage.epochs;
}

/** Indices of the examples in the order of an epoch (from 1). */
export function orderOf(
  stage: Stage,
  members: readonly number[],
  examples: readonly Example[],
  seed: number,
  epoch: number,
): number[] {
  const random = randomFor('order', seed, stage.number, epoch);
  switch (stage.arrangement) {
    case 'shuffled':
      return shuffle([...members], random);
    case 'grouped':
      return shuffle(byDocument(members, examples), random).flatMap((group) => arranged(group, stage, stage.epochs));
    case 'interleaved':
      return shuffle(byDocument(members, examples), random).flatMap((group) => arranged(group, stage, 1));
    case 'manual':
      return [...members];
  }
}

/** Cuts an order into effective batches; every step holds at least one example. */
export function cutIntoSteps(
  order: readonly number[],
  batch: Stage['batch'],
  examples: readonly Example[],
): StepPlan[] {
  return 'examples' in batch ? byCount(order, batch.examples) : byTokens(order, batch.tokens, examples);
}

interface Group {
  questions: number[];
  documents: number[];
}

/** What belongs to one document, in the order of the dataset. */
function byDocument(members: readonly number[], examples: readonly Example[]): Group[] {
  const groups = new Map<string, Group>();
  for (const index of members) {
    const { documentId, kind } = examples[index];
    let group = groups.get(documentId);
    if (!group) groups.set(documentId, (group = { questions: [], documents: [] }));
    group[kind === 'question' ? 'questions' : 'documents'].push(index);
  }
  return [...groups.values()];
}

/** `q q q d d d`: all questions so many times over, then the document so many times; or the other way round. */
function arranged({ questions, documents }: Group, { first }: Stage, times: number): number[] {
  const repeat = (indices: number[]) => Array.from({ length: times }, () => indices).flat();
  const halves = [repeat(questions), repeat(documents)];
  return (first === 'questions' ? halves : halves.reverse()).flat();
}

function byCount(order: readonly number[], size: number): StepPlan[] {
  const steps: StepPlan[] = [];
  for (let start = 0; start < order.length; start += size) steps.push(order.slice(start, start + size));
  return steps;
}

/** Greedy in order. A token counts where the model reads it: the last one of an example is only predicted. */
function byTokens(order: readonly number[], limit: number, examples: readonly Example[]): StepPlan[] {
  const steps: StepPlan[] = [];
  let room = 0;
  for (const index of order) {
    const places = examples[index].tokens.length - 1;
    if (steps.length === 0 || places > room) {
      steps.push([]);
      room = limit;
    }
    steps[steps.length - 1].push(index);
    room -= places;
  }
  return steps;
}
