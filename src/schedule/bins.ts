/** Packs sizes into as few rows as a fast heuristic finds. Knows nothing of examples. */

/**
 * Fills row after row as full as can be: the largest item that is left, then those of the others that come nearest
 * to what room remains (minimum bin slack, Gupta & Ho 1999). Where batches are small this leaves less padding than
 * first-fit-decreasing, and the last row takes the slack.
 * @param sizes places of each item, at most `row`
 * @returns rows of item ordinals, largest first
 */
export function packRows(sizes: readonly number[], row: number): number[][] {
  let left = sizes.map((_, item) => item).sort((a, b) => sizes[b] - sizes[a]);
  const rows: number[][] = [];
  while (left.length > 0) {
    const [largest, ...others] = left;
    const companions = fill(others, sizes, row - sizes[largest]);
    rows.push([largest, ...companions]);
    left = others.filter((item) => !companions.has(item));
  }
  return rows;
}

/** The items whose sizes add up nearest to the room, not above it; found as soon as they fill it. */
function fill(items: readonly number[], sizes: readonly number[], room: number): Set<number> {
  const last = new Int32Array(room + 1).fill(-1);
  let most = 0;
  for (const item of items) {
    if (most === room) break;
    most = Math.max(most, extend(last, item, sizes[item], most));
  }
  const chosen: number[] = [];
  for (let sum = most; sum > 0; sum -= sizes[last[sum]]) chosen.push(last[sum]);
  return new Set(chosen.reverse());
}

/**
 * Adds an item to what can be summed up: `last[sum]` is the last item of a selection with that sum, −1 if there is none.
 * Going down through the sums uses the item once. Returns the largest new sum.
 */
function extend(last: Int32Array, item: number, size: number, most: number): number {
  let largest = 0;
  for (let sum = Math.min(last.length - 1, most + size); sum >= size; sum--) {
    if (last[sum] !== -1 || (sum > size && last[sum - size] === -1)) continue;
    last[sum] = item;
    largest = Math.max(largest, sum);
  }
  return largest;
}
