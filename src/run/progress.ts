/**
 * How far a run has come and how long it still takes, told by its events alone: whoever begins to watch later, or again
 * because the run was cut back, comes to the same numbers. Work is counted in characters (schedule/work.ts).
 */
import type { RunEvent } from './events';
import type { News } from './watch';

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** Shorter times say nothing about the rest, in seconds. */
const shortest = 3;

export class RunProgress {
  /** Work done so far. */
  done = 0;
  /** Work that was done already when the process that trains now began. */
  before = 0;
  stage?: Event<'stage-started'>;
  /** The newest step of the stage. */
  step?: Event<'step'>;
  /** How far a part of a long evaluation is that is made now. */
  evaluating?: Event<'evaluating'>;
  private began = '';
  private latest = '';

  /** @param work of each stage */
  constructor(private readonly work: readonly number[]) {}

  get total(): number {
    return sum(this.work);
  }

  /** Seconds until that part is done; undefined where there is none. */
  get secondsToEvaluate(): number | undefined {
    if (!this.evaluating) return undefined;
    const { done, of, seconds } = this.evaluating;
    return (seconds / done) * (of - done);
  }

  /** Seconds until the end if the run goes on as it has since it was started or resumed; undefined at first. */
  get secondsLeft(): number | undefined {
    const gained = this.done - this.before;
    const seconds = (Date.parse(this.latest) - Date.parse(this.began)) / 1000;
    return gained > 0 && seconds >= shortest ? (seconds / gained) * (this.total - this.done) : undefined;
  }

  take({ events, restarted }: News): void {
    if (restarted) this.forget();
    for (const event of events) this.add(event);
  }

  private forget(): void {
    Object.assign(this, { done: 0, before: 0, stage: undefined, step: undefined, evaluating: undefined });
  }

  private add(event: RunEvent): void {
    this.latest = event.time;
    this.evaluating = event.type === 'evaluating' ? event : undefined;
    if (event.type === 'started') Object.assign(this, { before: this.done, began: event.time });
    if (event.type === 'stage-started') Object.assign(this, { stage: event, step: undefined });
    if (event.type === 'step') Object.assign(this, { step: event, done: this.doneAt(event) });
    if (event.type === 'finished') this.done = this.total;
  }

  private doneAt({ stage, step }: Event<'step'>): number {
    const steps = Math.max(this.stage?.steps ?? 0, step);
    return sum(this.work.slice(0, stage - 1)) + ((this.work[stage - 1] ?? 0) * step) / steps;
  }
}

/** What of an evaluation is done. */
export type Evaluating = Pick<Event<'evaluating'>, 'done' | 'of' | 'split' | 'what'>;

const wordsFor = { answers: 'questions answered', questions: 'questions read', documents: 'documents read' };

/** `120 of 500 test questions answered`. */
export function evaluatingWords({ done, of, split, what }: Evaluating): string {
  return `${done} of ${of} ${split} ${wordsFor[what]}`;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
