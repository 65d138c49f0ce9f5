/**
 * What a run measured at each of its steps, and the same in buckets for drawing: with the lowest, mean and highest value
 * of each bucket no peak is lost, however many steps there are. Pure.
 */
import { type ColumnName, columnNames, type Columns } from '../../../webview/messages';
import type { RunEvent } from '../../run/events';

type Step = Extract<RunEvent, { type: 'step' }>;

const valueOf: Record<ColumnName, (step: Step) => number | undefined> = {
  loss: ({ loss }) => loss,
  documentLoss: ({ documentLoss }) => documentLoss,
  questionLoss: ({ questionLoss }) => questionLoss,
  tokensPerSecond: ({ tokens, seconds }) => (seconds > 0 ? tokens / seconds : undefined),
  memory: ({ memory }) => memory,
};

export class Curve {
  private columns = each(() => new Float32Array(256));
  /** Steps so far. */
  length = 0;

  add(step: Step): void {
    if (this.length === this.columns.loss.length) this.columns = each((name) => twiceAsLong(this.columns[name]));
    for (const name of columnNames) this.columns[name][this.length] = valueOf[name](step) ?? NaN;
    this.length++;
  }

  clear(): void {
    this.length = 0;
  }

  /** Value of the newest step. */
  newest(name: ColumnName): number | undefined {
    const value = this.columns[name][this.length - 1];
    return this.length === 0 || Number.isNaN(value) ? undefined : value;
  }

  /** Buckets of so many steps, from one bucket on up to another, which is left out. */
  buckets(size: number, from = 0, to = Math.ceil(this.length / size)): Columns {
    return each((name) => bucketsOf(this.columns[name].subarray(0, this.length), size, from, to));
  }
}

/** Steps in a bucket, a power of two, so that there are at most so many buckets. */
export function bucketSize(steps: number, most: number): number {
  let size = 1;
  while (steps / size > most) size *= 2;
  return size;
}

function bucketsOf(values: Float32Array, size: number, from: number, to: number) {
  const count = Math.max(0, to - from);
  const column = { low: new Float32Array(count), mean: new Float32Array(count), high: new Float32Array(count) };
  for (let i = 0; i < count; i++) fillBucket(column, i, values.subarray((from + i) * size, (from + i + 1) * size));
  return column;
}

function fillBucket(column: Columns['loss'], at: number, values: Float32Array): void {
  let [low, high, sum, count] = [Infinity, -Infinity, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    sum += value;
    count++;
  }
  column.low[at] = count > 0 ? low : NaN;
  column.mean[at] = count > 0 ? sum / count : NaN;
  column.high[at] = count > 0 ? high : NaN;
}

function each<T>(make: (name: ColumnName) => T): Record<ColumnName, T> {
  return Object.fromEntries(columnNames.map((name) => [name, make(name)])) as Record<ColumnName, T>;
}

function twiceAsLong(values: Float32Array): Float32Array<ArrayBuffer> {
  const longer = new Float32Array(2 * values.length);
  longer.set(values);
  return longer;
}
