/** Following a part of an evaluation, batch by batch: says now and then how far it is, and ends it where that is asked for. */
import type { RunEvent } from '../run/events';
import type { RunFolder } from '../run/folder';

type Evaluating = Extract<RunEvent, { type: 'evaluating' }>;

/** What is done, and how much of it there is. */
export type Part = Omit<Evaluating, 'type' | 'time' | 'done' | 'seconds'>;

/** Told after each batch how much is done. @throws StopRequested */
export type Followed = (done: number) => void;

/** Somebody asks to stop: what was evaluated so far is not kept. */
export class StopRequested extends Error {}

/** Seconds between two events. */
const interval = 2;

/** @param now milliseconds of a clock */
export function follow(folder: RunFolder, part: Part, now: () => number = () => performance.now()): Followed {
  const started = now();
  let told = 0;
  return (done) => {
    if (folder.stopRequested()) throw new StopRequested();
    const seconds = (now() - started) / 1000;
    if (seconds - told < interval || done === part.of) return;
    told = seconds;
    folder.appendEvent({ type: 'evaluating', time: new Date().toISOString(), ...part, done, seconds });
  };
}
