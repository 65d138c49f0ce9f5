/** Jobs for the test of desks. */
import { UserError } from '../../../src/errors';
import type { Watch } from '../../../src/vscode/desk';
import { serve } from '../../../src/vscode/desk-worker';

const jobs = {
  sum: (a: number, b: number) => a + b,
  places: (...words: (string | undefined)[]) => words.map((word) => word ?? '-').join(''),
  taken: 0,
  /** Counts how often it was asked. */
  take() {
    return ++this.taken;
  },
  refuse: () => {
    throw new UserError('No.');
  },
  fail: () => {
    throw new Error('a defect');
  },
  /** Tells that it has begun and ends only when it is called off. */
  last: (word: string, { signal, tell }: Watch<string>) => {
    tell(word);
    return new Promise<void>((_, end) => signal.addEventListener('abort', () => end(signal.reason)));
  },
  /** Tells all numbers below a limit, and gives how many they were. */
  count: (limit: number, { tell }: Watch<number>) => {
    for (let i = 0; i < limit; i++) tell(i);
    return limit;
  },
};

export type Jobs = typeof jobs;

serve(jobs);
