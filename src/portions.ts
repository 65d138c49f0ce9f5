/** Long work that lets others work in between, so that it holds nothing up. */
import { setImmediate } from 'node:timers/promises';

/** Milliseconds until others get their turn, and items after which the clock is looked at. */
const longest = 5;
const few = 50;

/** To be awaited between the steps of a long work. */
export function breaks(): () => Promise<void> {
  let start = performance.now();
  return async () => {
    if (performance.now() - start < longest) return;
    await setImmediate();
    start = performance.now();
  };
}

export async function eachInPortions<Item>(items: Iterable<Item>, take: (item: Item) => unknown): Promise<void> {
  const turn = breaks();
  let taken = 0;
  for (const item of items) {
    take(item);
    if (++taken % few === 0) await turn();
  }
}
