/**
 * How much of an effective batch is computed at once. What was packed is cut further once memory has run out, if the
 * experiment wants to go on: gradients add up to the same however they are cut.
 */
import { OutOfMemory } from '../engine/out-of-memory';
import { UserError } from '../errors';
import type { RunEvent } from '../run/events';
import { cutRows } from '../schedule/cut';
import type { Experiment } from '../schedule/experiment';
import type { PackedBatch } from '../schedule/schedule';

type Wish = Experiment['training']['outOfMemory'];

export class MicroBatches {
  /** Most places at once. */
  private most: number;

  /** @param events of the run so far: who goes on has learnt from them */
  constructor(
    private readonly wish: Wish,
    events: readonly RunEvent[] = [],
  ) {
    this.most = events.findLast((event) => event.type === 'halved')?.places ?? Infinity;
  }

  cut(batches: readonly PackedBatch[]): PackedBatch[] {
    return batches.flatMap((batch) => cutRows(batch, this.most));
  }

  /**
   * Goes on with half of what was too much.
   * @param batches that were computed when memory ran out
   * @throws UserError where the experiment says to stop, or there is nothing to halve
   */
  halve(error: OutOfMemory, batches: readonly PackedBatch[]): { places: number; message: string } {
    const { shortage, detail } = error;
    const stopped = (why: string) =>
      new UserError(`${error.message}; ${why} The last checkpoint is intact.`, { detail });
    if (shortage === 'lost') throw stopped('the device is lost, and a run that is resumed begins anew on it.');
    if (this.wish === 'stop') throw stopped(advice);
    const largest = largestOf(batches);
    if (!largest) throw stopped('one row is computed at a time already.');
    this.most = Math.ceil(largest.rows / 2) * largest.length;
    const message = `${error.message}; from here on at most ${this.most} places are computed at once, of the same effective batch.`;
    return { places: this.most, message };
  }
}

const advice =
  'a smaller "training.microBatch", "training.recompute" true or adapters ("training.lora") take less, and ' +
  '"training.outOfMemory" "halve" goes on with half as much at once.';

/** Of those that have several rows. */
function largestOf(batches: readonly PackedBatch[]): PackedBatch | undefined {
  const places = ({ rows, length }: PackedBatch) => rows * length;
  return batches.filter(({ rows }) => rows > 1).sort((a, b) => places(b) - places(a))[0];
}
