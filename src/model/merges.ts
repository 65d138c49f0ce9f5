/**
 * Learning byte-pair merges: again and again the commonest pair of neighbouring symbols becomes a symbol of its own.
 * Words are kept once with their counts, and after a merge only the words that held the pair are counted again.
 * Ties go to the pair with the smaller ids, left before right, as in the Rust library `tokenizers`.
 */
import { Heap } from './heap';

/** Symbols and the pairs they were merged from, in order of learning. */
export interface Merges {
  symbols: string[];
  pairs: [string, string][];
}

interface Word {
  symbols: number[];
  count: number;
}

interface Candidate {
  key: number;
  count: number;
}

/** Pair of ids in one number; exact up to 2^26 symbols. */
const radix = 2 ** 26;
const keyOf = (left: number, right: number) => left * radix + right;

/**
 * Learns merges until there are `size` symbols or no pair is left that occurs at least `minimum` times.
 * `words` are strings over the single-character symbols in `initial`, which get the first ids; `size` counts them.
 */
export function learnMerges(
  words: ReadonlyMap<string, number>,
  initial: readonly string[],
  size: number,
  minimum: number,
): Merges {
  const learner = new MergeLearner(words, initial);
  const pairs: [string, string][] = [];
  while (learner.symbols.length < size) {
    const pair = learner.mergeCommonest(minimum);
    if (!pair) break;
    pairs.push(pair);
  }
  return { symbols: learner.symbols, pairs };
}

class MergeLearner {
  readonly symbols: string[];
  private readonly ids: Map<string, number>;
  private readonly words: Word[];
  /** Occurrences of each pair over the whole text. */
  private readonly counts = new Map<number, number>();
  /** Words that hold or held each pair. */
  private readonly holders = new Map<number, Set<number>>();
  /** Every pair with a count it has or had; what is out of date is noticed when it is taken. */
  private readonly queue = new Heap<Candidate>((a, b) => a.count > b.count || (a.count === b.count && a.key < b.key));

  constructor(words: ReadonlyMap<string, number>, initial: readonly string[]) {
    this.symbols = [...initial];
    this.ids = new Map(initial.map((symbol, id) => [symbol, id]));
    this.words = Array.from(words, ([word, count]) => ({ symbols: Array.from(word, (c) => this.ids.get(c)!), count }));
    this.words.forEach((_, index) => this.account(index, 1));
    for (const [key, count] of this.counts) this.queue.push({ key, count });
  }

  mergeCommonest(minimum: number): [string, string] | undefined {
    const key = this.takeCommonest(minimum);
    if (key === undefined) return undefined;
    const [left, right] = [Math.floor(key / radix), key % radix];
    const merged = this.idOf(this.symbols[left] + this.symbols[right]);
    const touched = new Set<number>();
    for (const index of this.holders.get(key)!) this.mergeIn(index, left, right, merged, touched);
    for (const changed of touched) this.enqueue(changed);
    this.counts.delete(key);
    this.holders.delete(key);
    return [this.symbols[left], this.symbols[right]];
  }

  /** The pair that really is the commonest now. */
  private takeCommonest(minimum: number): number | undefined {
    for (let candidate = this.queue.pop(); candidate; candidate = this.queue.pop()) {
      const count = this.counts.get(candidate.key) ?? 0;
      if (count === candidate.count) return count >= minimum ? candidate.key : undefined;
    }
    return undefined;
  }

  /** Two different pairs may spell the same symbol, which then keeps its id. */
  private idOf(symbol: string): number {
    const known = this.ids.get(symbol);
    if (known !== undefined) return known;
    this.ids.set(symbol, this.symbols.length);
    return this.symbols.push(symbol) - 1;
  }

  /** Replaces the pair in one word, from the left, and notes the pairs whose counts change. */
  private mergeIn(index: number, left: number, right: number, merged: number, touched: Set<number>): void {
    const word = this.words[index];
    const replaced = replacePair(word.symbols, left, right, merged);
    if (replaced.length === word.symbols.length) return;
    this.account(index, -1, touched);
    word.symbols = replaced;
    this.account(index, 1, touched);
  }

  /** Adds a word's pairs to the counts, or takes them out again. */
  private account(index: number, sign: 1 | -1, touched?: Set<number>): void {
    const { symbols, count } = this.words[index];
    for (let i = 0; i + 1 < symbols.length; i++) {
      const key = keyOf(symbols[i], symbols[i + 1]);
      this.counts.set(key, (this.counts.get(key) ?? 0) + sign * count);
      if (sign > 0) this.hold(key, index);
      touched?.add(key);
    }
  }

  private hold(key: number, index: number): void {
    const words = this.holders.get(key);
    if (words) words.add(index);
    else this.holders.set(key, new Set([index]));
  }

  private enqueue(key: number): void {
    const count = this.counts.get(key)!;
    if (count > 0) this.queue.push({ key, count });
    else this.counts.delete(key);
  }
}

function replacePair(symbols: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const found = symbols[i] === left && symbols[i + 1] === right;
    result.push(found ? merged : symbols[i]);
    if (found) i++;
  }
  return result;
}
