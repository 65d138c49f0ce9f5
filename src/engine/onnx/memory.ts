/**
 * How much memory training takes, before it begins. What exists once or for every place follows from the graphs; what
 * the program itself takes, and what of accumulated gradients waits to be collected, was measured (docs/engine.md).
 */
import type { ModelConfig } from '../../model/config';
import { countNumbers, parametersOf, trainedParameters } from '../../model/parameters';
import { gigabytes } from '../bytes';
import type { Provider } from './graph';

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
/**
 * Beside activations: what the program takes, and numbers beside each that is trained, once and more where gradients are
 * added up. On the processor two moments, the gradient, and the copy of it that ONNX Runtime's package gives; of these
 * WebGPU keeps all but the copy, and makes weights and moments anew in an update, when activations are gone; CUDA has the
 * gradient alone, for the rest stays with the processor. What CUDA takes was not measured.
 */
const holding: Record<Provider, { program: number; copies: number; sums: number; update: number }> = {
  cpu: { program: 180e6, copies: 4, sums: 0.5, update: 0 },
  webgpu: { program: 100e6, copies: 3, sums: 1, update: 3 },
  cuda: { program: 500e6, copies: 1, sums: 1, update: 0 },
};
/** Where blocks are computed again: what one makes, with its gradients, and logits for which no freed piece is whole. */
const passing = 2;
const fragments = 2;

/** @param provider whose memory it is */
export function memoryOf(config: ModelConfig, size: BatchSize, provider: Provider = 'cpu'): MemoryDemand {
  const { places, length, accumulated, recompute } = size;
  const numbers = float * countNumbers(trainedParameters(config));
  const { program, copies, sums, update } = holding[provider];
  const weights = float * countNumbers(parametersOf(config));
  const training = numbers * (copies + (accumulated ? sums : 0));
  const block = numbersAPlace(config) + config.heads * length;
  const kept = recompute ? config.layers * config.hiddenSize + passing * block : config.layers * block;
  const activations = float * places * kept;
  const logits = float * places * config.vocabSize * (recompute ? fragments : 1);
  const most = Math.max(numbers * update, activations + logits);
  return { weights, training, activations, logits, total: program + weights + training + most };
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
