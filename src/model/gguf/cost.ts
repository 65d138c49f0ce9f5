/**
 * What quantisation cost, as far as a quantised file can tell: how many bits each weight was left with, and how coarse
 * the values are that it could take. The error itself can't be known without the original.
 */
import { bitsPerNumber, type TypeName } from './types';
import type { Decoded } from './dequantize';

/** Of all weights that are stored in one type. */
export interface TypeCost {
  type: TypeName;
  tensors: number;
  weights: number;
  /** Part of all weights. */
  share: number;
  bitsPerWeight: number;
  /**
   * Mean distance between neighbouring values that a weight could take, in standard deviations of its tensor, averaged
   * over weights; undefined for types that are no quantisation.
   */
  relativeStep?: number;
}

interface Sum {
  tensors: number;
  weights: number;
  /** Of each tensor's relative step times its number of weights. */
  steps: number;
}

/** Gathers the cost while tensors pass. */
export class CostMeter {
  private readonly sums = new Map<TypeName, Sum>();

  /** Passes the parts of one tensor on. */
  async *watch(type: TypeName, parts: AsyncIterable<Decoded>): AsyncGenerator<Float32Array> {
    const tensor = { weights: 0, steps: 0, sum: 0, squares: 0 };
    for await (const { numbers, steps } of parts) {
      const { sum, squares } = momentsOf(numbers);
      tensor.weights += numbers.length;
      tensor.steps += steps;
      tensor.sum += sum;
      tensor.squares += squares;
      yield numbers;
    }
    const { weights, steps, sum, squares } = tensor;
    const deviation = Math.sqrt(Math.max(0, squares / weights - (sum / weights) ** 2));
    this.add(type, weights, deviation > 0 ? steps / deviation : 0);
  }

  /** Largest share first. */
  costs(): TypeCost[] {
    const total = [...this.sums.values()].reduce((sum, { weights }) => sum + weights, 0);
    return Array.from(this.sums, ([type, { tensors, weights, steps }]) => {
      const cost = { type, tensors, weights, share: weights / total, bitsPerWeight: bitsPerNumber(type) };
      return isQuantised(type) ? { ...cost, relativeStep: steps / weights } : cost;
    }).sort((a, b) => b.weights - a.weights);
  }

  private add(type: TypeName, weights: number, steps: number): void {
    const before = this.sums.get(type) ?? { tensors: 0, weights: 0, steps: 0 };
    this.sums.set(type, {
      tensors: before.tensors + 1,
      weights: before.weights + weights,
      steps: before.steps + steps,
    });
  }
}

function momentsOf(numbers: Float32Array): { sum: number; squares: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < numbers.length; i++) {
    sum += numbers[i];
    squares += numbers[i] * numbers[i];
  }
  return { sum, squares };
}

const plain: readonly TypeName[] = ['F32', 'F16', 'BF16'];

export const isQuantised = (type: TypeName): boolean => !plain.includes(type);
