/**
 * How much memory training takes, before it begins. What exists once or for every place follows from the graphs; what
 * the program itself takes, and what of accumulated gradients waits to be collected, was measured (docs/engine.md).
 */
import type { ModelConfig } from '../../model/config';
import { countNumbers, parametersOf, trainedParameters } from '../../model/parameters';
import { gigabytes } from '../bytes';

export interface BatchSize {
  /** Places that are computed at once. */
  places: number;
  /** Places of a row. */
  length: number;
  /** Whether several micro-batches make a step. */
  accumulated: boolean;
  /** Whether blocks are computed again for the way back. */
  recompute?: boolean;
}

/** Bytes. */
export interface MemoryDemand {
  weights: number;
  /** Gradients and moments of all that is trained. */
  training: number;
  activations: number;
  logits: number;
  /** With the program itself. */
  total: number;
}

const float = 4;
const program = 180e6;
/** Numbers beside each that is trained: two moments, the gradient, and the copy of it that ONNX Runtime's package gives. */
const trainedCopies = 4;
const sums = 0.5;

export function memoryOf(config: ModelConfig, { places, length, accumulated }: BatchSize): MemoryDemand {
  const trained = countNumbers(trainedParameters(config));
  const weights = float * countNumbers(parametersOf(config));
  const training = float * trained * (trainedCopies + (accumulated ? sums : 0));
  const activations = float * places * config.layers * (numbersAPlace(config) + config.heads * length);
  const logits = float * places * config.vocabSize;
  return { weights, training, activations, logits, total: program + weights + training + activations + logits };
}

/** Numbers that a layer makes of a place and keeps for the way back. */
function numbersAPlace({ hiddenSize, intermediateSize, heads, kvHeads, headSize }: ModelConfig): number {
  return 5 * hiddenSize + 3 * heads * headSize + 3 * kvHeads * headSize + 4 * intermediateSize;
}

/** `6.90 GB of memory (weights 0.50, training 4.80, activations 1.50, logits 0.10)` */
export function describeDemand({ weights, training, activations, logits, total }: MemoryDemand): string {
  const parts = Object.entries({ weights, training, activations, logits });
  const said = parts.map(([name, bytes]) => `${name} ${(bytes / 1e9).toFixed(2)}`);
  return `${gigabytes(total)} of memory (${said.join(', ')})`;
}
