/** How much each token counts in the loss of a step. */
import type { Example } from './schedule';

/**
 * The weights of one example in an effective batch: those of the example as shares of their sum, divided by the
 * number of examples. With equal weights that is the paper's mean over the tokens that count; with unequal ones the
 * weighted mean. Either way each example weighs the same and the weights of a whole batch add up to 1.
 * @param examples how many the effective batch holds
 * @returns [tokens − 1]
 */
export function lossWeights(example: Example, examples: number): Float32Array {
  const { weights } = example;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total / examples);
}
