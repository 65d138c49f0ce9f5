/** Weights that are numbers: one NaN in them, and every answer is nonsense. */

/** The first number that is NaN or infinite; undefined if there is none. */
export function notFinite(numbers: Float32Array): number | undefined {
  // Any number times 0 is 0 but for those that are none.
  let zero = 0;
  for (let i = 0; i < numbers.length; i++) zero += numbers[i] * 0;
  return zero === 0 ? undefined : numbers.find((value) => !Number.isFinite(value));
}
