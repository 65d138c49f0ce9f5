/** Seeded randomness: each purpose has a generator of its own, so that no choice depends on how many came before it. */
import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** A generator that depends on the words alone, such as `'order', seed, stage, epoch`. */
export function randomFor(...words: (string | number)[]): RandomGenerator {
  return xoroshiro128plus(createHash('sha256').update(JSON.stringify(words)).digest().readInt32LE(0));
}

/** Fisher-Yates, in place; returns its argument. */
export function shuffle<T>(items: T[], random: RandomGenerator): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = uniformInt(random, 0, last);
    [items[last], items[other]] = [items[other], items[last]];
  }
  return items;
}

/** So many of the items, or all of them where there are fewer, in shuffled order; the items are left as they are. */
export function sample<T>(items: readonly T[], count: number, random: RandomGenerator): T[] {
  return shuffle([...items], random).slice(0, count);
}
