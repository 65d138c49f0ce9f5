/** Cuts a packed batch into smaller ones between its rows. */
import type { PackedBatch } from './schedule';

/**
 * The rows of a batch in order, as batches of at most `places` places, or of one row. Weights stay as they are, so that
 * the losses and gradients of the parts add up to those of the whole.
 */
export function cutRows(batch: PackedBatch, places: number): PackedBatch[] {
  const rows = Math.max(1, Math.floor(places / batch.length));
  if (rows >= batch.rows) return [batch];
  return Array.from({ length: Math.ceil(batch.rows / rows) }, (_, part) => partOf(batch, part * rows, rows));
}

function partOf(batch: PackedBatch, from: number, most: number): PackedBatch {
  const { length } = batch;
  const rows = Math.min(most, batch.rows - from);
  const cut = <T extends Int32Array | Float32Array>(all: T) => all.slice(from * length, (from + rows) * length) as T;
  const examples = cut(batch.examples);
  const first = examples.find((example) => example >= 0) ?? 0;
  const last = examples.reduce((most, example) => Math.max(most, example), first - 1);
  const members = batch.members.slice(first, last + 1);
  return {
    ...{ rows, length, members, exampleCount: members.length },
    tokens: cut(batch.tokens),
    targets: cut(batch.targets),
    positions: cut(batch.positions),
    examples: examples.map((example) => (example < 0 ? example : example - first)),
    weights: cut(batch.weights),
  };
}
