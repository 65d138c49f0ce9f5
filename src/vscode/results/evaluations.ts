/**
 * What a run has answered so far: its evaluations as its events tell them, read a little at a time and on from there,
 * and the answers in their files. Nothing here blocks for longer than a few milliseconds.
 */
import { setImmediate } from 'node:timers/promises';
import type { Position, Prediction, RunEvent } from '../../run/events';
import { readLines } from '../../run/files';
import type { RunFolder } from '../../run/folder';
import { RunWatch } from '../../run/watch';
import { AnswerBook } from './book';

/** Bytes read at a time: a few milliseconds. */
const portion = 262_144;

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** An evaluation that has left answers in a file. */
export type Answered = Event<'evaluated'> & { predictions: string };

export class Evaluations {
  private readonly watch: RunWatch;
  private answered: Answered[] = [];
  private stages = new Map<number, string>();
  private reading?: Promise<void>;

  constructor(readonly folder: RunFolder) {
    this.watch = new RunWatch(folder);
  }

  /** Every evaluation with answers, in order. */
  get all(): readonly Answered[] {
    return this.answered;
  }

  /** What a stage is called. */
  stageName(stage: number): string {
    return stage === 0 ? 'before training' : (this.stages.get(stage) ?? `stage ${stage}`);
  }

  /** Reads on to the end of the events. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(): Promise<void> {
    for (;;) {
      const { events, restarted } = this.watch.poll(portion);
      if (restarted) this.forget();
      if (events.length === 0) return;
      for (const event of events) this.take(event);
      await setImmediate();
    }
  }

  private forget(): void {
    this.answered = [];
    this.stages = new Map();
  }

  private take(event: RunEvent): void {
    if (event.type === 'stage-started') this.stages.set(event.stage, event.name);
    if (event.type === 'evaluated' && event.predictions) this.answered.push(event as Answered);
  }
}

/** Of each split the newest answers up to a point; those to all questions before those to some of the same stage. */
export function standing(evaluations: readonly Answered[], upTo?: Pick<Position, 'stage' | 'step'>): Answered[] {
  const newest = new Map<string, Answered>();
  for (const evaluation of evaluations) {
    const other = newest.get(evaluation.split);
    if (isWithin(evaluation, upTo) && !(other && isPartOf(evaluation, other))) newest.set(evaluation.split, evaluation);
  }
  return [...newest.values()];
}

function isWithin({ stage, step }: Answered, upTo?: Pick<Position, 'stage' | 'step'>): boolean {
  return !upTo || stage < upTo.stage || (stage === upTo.stage && step <= upTo.step);
}

/** Whether an evaluation asked only some of what another of the same stage asked at its end. */
function isPartOf(evaluation: Answered, other: Answered): boolean {
  return evaluation.extent === 'subset' && other.extent === 'full' && other.stage === evaluation.stage;
}

/** `stage 2, epoch 10` */
export function positionText({ stage, epoch }: Position): string {
  return stage === 0 ? 'before training' : `stage ${stage}, epoch ${epoch}`;
}

/** The answers of some evaluations in one book. */
export async function readBook(folder: RunFolder, evaluations: readonly Answered[]): Promise<AnswerBook> {
  const book = new AnswerBook();
  for (const { predictions } of evaluations)
    for await (const part of readPredictions(folder, predictions)) for (const one of part) book.add(one);
  return book;
}

/** The answers in a file, in portions, letting others work after each. */
async function* readPredictions(folder: RunFolder, file: string): AsyncGenerator<Prediction[]> {
  let offset = 0;
  for (;;) {
    const { values, offset: next } = readLines<Prediction>(folder.file(file), offset, portion);
    if (next === offset) return;
    offset = next;
    yield values;
    await setImmediate();
  }
}
