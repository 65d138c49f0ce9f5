/** Many prompts, so many at once: those of like length together, so that little is padding. */

/**
 * The answers in the order of the prompts.
 * @param size most prompts at once
 * @param answer answers to some prompts, in their order
 * @param answered is told after each batch how many have their answer; what it throws ends the work
 */
export async function answerTogether(
  prompts: readonly Int32Array[],
  size: number,
  answer: (prompts: readonly Int32Array[]) => Promise<Int32Array[]>,
  answered: (count: number) => void = () => {},
): Promise<Int32Array[]> {
  const answers = new Array<Int32Array>(prompts.length);
  const order = [...prompts.keys()].sort((a, b) => prompts[a].length - prompts[b].length);
  for (let start = 0; start < order.length; start += size) {
    const chosen = order.slice(start, start + size);
    const found = await answer(chosen.map((i) => prompts[i]));
    chosen.forEach((i, at) => (answers[i] = found[at]));
    answered(start + chosen.length);
  }
  return answers;
}
