/** Finds which of several numbers can stay where they are while the others are moved around them. */

/** Places of a longest strictly rising selection of the numbers; negative numbers are passed over. */
export function longestRising(numbers: readonly number[]): Set<number> {
  /** Of the selections of each length, the place of the smallest end. */
  const ends: number[] = [];
  const before = new Int32Array(numbers.length).fill(-1);
  numbers.forEach((number, place) => {
    if (number < 0) return;
    const length = countBelow(ends, (end) => numbers[end] < number);
    before[place] = length > 0 ? ends[length - 1] : -1;
    ends[length] = place;
  });
  const chosen = new Set<number>();
  for (let place = ends.at(-1) ?? -1; place >= 0; place = before[place]) chosen.add(place);
  return chosen;
}

/** How many items a condition holds for that holds for the first ones only. */
function countBelow(items: readonly number[], holds: (item: number) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
