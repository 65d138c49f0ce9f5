/** Going through long lists without holding anything up. */
import { setImmediate } from 'node:timers/promises';

const portion = 2000;

export async function eachInPortions<Item>(items: readonly Item[], take: (item: Item) => unknown): Promise<void> {
  for (let index = 0; index < items.length; index++) {
    take(items[index]);
    if (index % portion === portion - 1) await setImmediate();
  }
}
