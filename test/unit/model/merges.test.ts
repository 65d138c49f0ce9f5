/** Merges against a slow program that counts every pair anew each time, and the heap below them against sorting. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Heap } from '../../../src/model/heap';
import { learnMerges } from '../../../src/model/merges';

/** The definition: count, take the commonest (ties: smallest ids), replace it everywhere, from the left. */
function slowly(words: Map<string, number>, initial: string[], size: number, minimum: number): [string, string][] {
  const symbols = [...initial];
  const pairs: [string, string][] = [];
  let texts = [...words].map(([word, count]) => ({ parts: [...word], count }));
  while (symbols.length < size) {
    const counts = new Map<string, number>();
    for (const { parts, count } of texts) {
      for (let i = 1; i < parts.length; i++) {
        const key = `${symbols.indexOf(parts[i - 1])} ${symbols.indexOf(parts[i])}`;
        counts.set(key, (counts.get(key) ?? 0) + count);
      }
    }
    const ids = (key: string) => key.split(' ').map(Number);
    const [best] = [...counts]
      .filter(([, count]) => count >= minimum)
      .sort(([a, m], [b, n]) => n - m || ids(a)[0] - ids(b)[0] || ids(a)[1] - ids(b)[1]);
    if (!best) break;
    const [left, right] = ids(best[0]).map((id) => symbols[id]);
    pairs.push([left, right]);
    if (!symbols.includes(left + right)) symbols.push(left + right);
    texts = texts.map(({ parts, count }) => ({ parts: join(parts, left, right), count }));
  }
  return pairs;
}

function join(parts: string[], left: string, right: string): string[] {
  const at = parts.findIndex((part, i) => part === left && parts[i + 1] === right);
  return at < 0 ? parts : [...parts.slice(0, at), left + right, ...join(parts.slice(at + 2), left, right)];
}

describe('merges', () => {
  it('are the textbook ones', () => {
    const words = new Map([
      ['low', 5],
      ['lower', 2],
      ['newest', 6],
      ['widest', 3],
    ]);
    const { pairs, symbols } = learnMerges(words, [...'deilnorstw'], 15, 1);
    assert.deepEqual(pairs, [
      ['e', 's'],
      ['es', 't'],
      ['l', 'o'],
      ['lo', 'w'],
      ['e', 'w'],
    ]);
    assert.deepEqual(symbols.slice(10), ['es', 'est', 'lo', 'low', 'ew']);
  });

  it('stop where no pair is common enough', () => {
    assert.deepEqual(learnMerges(new Map([['abab', 1]]), ['a', 'b'], 50, 2).pairs, [['a', 'b']]);
    assert.deepEqual(learnMerges(new Map(), ['a'], 50, 2).pairs, []);
  });

  it('equal those of counting anew after each, runs and ties included', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 12 });
    const words = fc.array(fc.tuple(word, fc.integer({ min: 1, max: 3 })), { maxLength: 12 });
    fc.assert(
      fc.property(words, fc.integer({ min: 3, max: 20 }), fc.integer({ min: 1, max: 3 }), (entries, size, minimum) => {
        const counts = new Map(entries);
        const expected = slowly(counts, ['a', 'b', 'c'], size, minimum);
        assert.deepEqual(learnMerges(counts, ['a', 'b', 'c'], size, minimum).pairs, expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('heap', () => {
  it('gives entries in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const heap = new Heap<number>((a, b) => a < b);
        numbers.forEach((number) => heap.push(number));
        const taken = numbers.map(() => heap.pop());
        assert.deepEqual(
          taken,
          [...numbers].sort((a, b) => a - b),
        );
        assert.equal(heap.pop(), undefined);
      }),
    );
  });
});
