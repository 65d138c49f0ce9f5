/**
 * Packs whole examples into rows, and rows into micro-batches. An example of n tokens takes n − 1 places: the model
 * reads tokens 0…n−2 and predicts tokens 1…n−1. No example is split, and each keeps positions and a number of its
 * own, so that none sees another (paper: contextual shadowing; arXiv 2505.01812).
 */
import { UserError } from '../errors';
import { packRows } from './bins';
import { lossWeights } from './loss';
import type { Example, PackedBatch } from './schedule';

export interface PackOptions {
  /** Places in a row; of several lengths each effective batch takes the one that costs it least. */
  row: number | readonly number[];
  /** Most places in a micro-batch. */
  microBatch: number;
  /** See `attentionOf`. */
  attention?: number;
}

/**
 * One effective batch as micro-batches whose weights add up to 1.
 * Micro-batches differ by a row at most.
 * @throws UserError where an example is longer than a row, or a row than a micro-batch
 */
export function packBatches(examples: readonly Example[], options: PackOptions): PackedBatch[] {
  return pack(examples, options, (example) => lossWeights(example, examples.length));
}

/** How many examples are packed together for scoring: enough to fill rows well, few enough to do it fast. */
const WINDOW = 1024;

/** Batches to score: the weight is 1 wherever the example counts a token, so that losses are plain sums of nats. */
export function scoringBatches(examples: readonly Example[], options: PackOptions): PackedBatch[] {
  const windows = Array.from({ length: Math.ceil(examples.length / WINDOW) }, (_, window) =>
    examples.slice(window * WINDOW, (window + 1) * WINDOW),
  );
  return windows.flatMap((window) =>
    pack(window, options, ({ weights }) => weights.map((weight) => (weight > 0 ? 1 : 0))),
  );
}

/** Places that an example takes in a row. */
export function placesOf(example: Example): number {
  return example.tokens.length - 1;
}

/** The row length at which attention costs a model as much as everything else; see `packingCost`. */
export function attentionOf(hiddenSize: number): number {
  return 6 * hiddenSize;
}

export const USUAL_ATTENTION = attentionOf(256);

/**
 * What rows of a length cost to compute, in places: padding is computed like text, and a layer of hidden size h spends
 * about 24 h² multiplications a place on matrices and 4 h r on attention over a row of r places.
 * @param attention the row length at which both are equal; see `attentionOf`
 */
export function packingCost(sizes: readonly number[], row: number, attention = USUAL_ATTENTION): number {
  return packRows(sizes, row).length * row * (1 + row / attention);
}

/** The length that costs these sizes least among those that hold the longest of them; the first of the best. */
export function cheapestRow(sizes: readonly number[], rows: readonly number[], attention?: number): number {
  const longest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const fitting = rows.filter((row) => row >= longest);
  if (fitting.length < 2) return fitting[0] ?? Math.max(...rows);
  const costs = fitting.map((row) => packingCost(sizes, row, attention));
  return fitting[costs.indexOf(Math.min(...costs))];
}

type Weigh = (example: Example) => Float32Array;

function pack(examples: readonly Example[], options: PackOptions, weigh: Weigh): PackedBatch[] {
  if (examples.length === 0) return [];
  const { row: lengths, microBatch, attention } = options;
  const sizes = examples.map(placesOf);
  const row = typeof lengths === 'number' ? lengths : cheapestRow(sizes, lengths, attention);
  check(examples, row, microBatch);
  const rows = packRows(sizes, row).map((items) => items.map((item) => examples[item]));
  return deal(rows, Math.floor(microBatch / row)).map((share) => fill(share, row, weigh));
}

function check(examples: readonly Example[], row: number, microBatch: number): void {
  if (row > microBatch)
    throw new UserError(`A row of ${row} places does not fit into training.microBatch, ${microBatch}.`);
  const long = examples.find((example) => placesOf(example) > row);
  if (long) throw new UserError(`The ${long.kind} ${long.id} takes ${placesOf(long)} places, but a row has ${row}.`);
}

/** Cuts rows into as few shares of at most `most` as there must be, as even as can be. */
function deal<T>(rows: readonly T[], most: number): T[][] {
  const shares = Math.ceil(rows.length / most);
  const edge = (share: number) => Math.round((share * rows.length) / shares);
  return Array.from({ length: shares }, (_, share) => rows.slice(edge(share), edge(share + 1)));
}

function fill(rows: readonly Example[][], length: number, weigh: Weigh): PackedBatch {
  const batch = emptyBatch(rows.length, length);
  rows.forEach((members, row) => {
    let place = row * length;
    for (const example of members) {
      write(batch, place, example, weigh(example));
      place += placesOf(example);
    }
  });
  return batch;
}

function write(batch: PackedBatch, place: number, example: Example, weights: Float32Array): void {
  const { tokens } = example;
  const end = place + tokens.length - 1;
  batch.tokens.set(tokens.subarray(0, -1), place);
  batch.targets.set(tokens.subarray(1), place);
  batch.weights.set(weights, place);
  batch.examples.fill(batch.exampleCount, place, end);
  for (let at = place; at < end; at++) batch.positions[at] = at - place;
  batch.members.push(example);
  batch.exampleCount++;
}

function emptyBatch(rows: number, length: number): PackedBatch {
  const places = rows * length;
  return {
    rows,
    length,
    tokens: new Int32Array(places),
    targets: new Int32Array(places),
    positions: new Int32Array(places),
    examples: new Int32Array(places).fill(-1),
    weights: new Float32Array(places),
    exampleCount: 0,
    members: [],
  };
}
