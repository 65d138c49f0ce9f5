/**
 * How much memory the torch learner takes on each device, before it begins: what FSDP2 and AdamW hold follows from the
 * numbers of the model, what a block keeps for the way back was counted with saved-tensor hooks on transformers' Llama.
 * docs/scale.md puts numbers to it and says what they were held against.
 */
import type { ModelConfig } from '../../model/config';
import { baseParameters, countNumbers, trainedParameters } from '../../model/parameters';
import type { Precision } from './protocol';

export interface Load {
  /** Places that a process computes at once, all of them weighing something in the loss. */
  places: number;
  processes: number;
  precision: Precision;
  /** Whether blocks are computed again for the way back. */
  recompute: boolean;
  /** Whether several micro-batches make a step: gradients are then there beside activations. */
  accumulated: boolean;
}

/** Bytes of one process, on its device. */
export interface TorchDemand {
  /** In fp32, sharded; frozen ones in the precision of the computation. */
  weights: number;
  /** In fp32, sharded. */
  gradients: number;
  /** AdamW's two, in fp32, sharded. */
  moments: number;
  /** Weights of a block that are gathered, those of the next, embeddings, and what goes out to be added up. */
  gathered: number;
  activations: number;
  logits: number;
  /** With the program itself. */
  total: number;
}

const float = 4;
/** Python, torch and what a device keeps for them. */
const program = 0.8e9;

export function torchMemory(config: ModelConfig, load: Load): TorchDemand {
  const { processes, precision } = load;
  const width = precision === 'bf16' ? 2 : float;
  const base = countNumbers(baseParameters(config));
  const trained = countNumbers(trainedParameters(config));
  // Adapters are whole on every process.
  const share = config.lora ? trained : trained / processes;
  const weights = config.lora ? (width * base) / processes + float * trained : float * share;
  // Alone, a process gathers only what it must cast.
  const isWhole = processes === 1 && (precision === 'fp32' || config.lora !== undefined);
  const parts = {
    weights,
    gradients: float * share,
    moments: 2 * float * share,
    gathered: isWhole ? 0 : gatheredOf(config, width),
    activations: load.places * activationsOf(config, width, load.recompute),
    logits: load.places * logitCopies * float * config.vocabSize,
  };
  return { ...parts, total: program + peakOf(parts, load.accumulated) };
}

/** Activations go while gradients come, unless these are there from the micro-batch before. */
function peakOf({ weights, moments, gathered, ...passing }: Omit<TorchDemand, 'total'>, accumulated: boolean): number {
  const way = passing.activations + passing.logits;
  const most = accumulated ? passing.gradients + way : Math.max(passing.gradients, way);
  return weights + moments + gathered + most;
}

/** Two blocks at once, and all outside blocks for as long as a step lasts; sums are made in fp32. */
function gatheredOf(config: ModelConfig, width: number): number {
  const inBlock = ({ name }: { name: string }) => name.includes('.layers.');
  const blocks = countNumbers(baseParameters(config).filter(inBlock));
  const block = blocks / config.layers;
  const outside = countNumbers(baseParameters(config)) - blocks;
  const summed = config.lora ? 0 : (width + float) * Math.max(block, outside);
  return width * (2 * block + outside) + summed;
}

/** Loss and gradient in fp32, each beside the logits themselves. */
const logitCopies = 3;

/** Of a place: what every block keeps, or else its input alone and what one block makes when it is computed again. */
function activationsOf(config: ModelConfig, width: number, recompute: boolean): number {
  const block = keptByBlock(config, width);
  return recompute ? config.layers * width * config.hiddenSize + block : config.layers * block;
}

/** Of a place: two norms, computed in fp32, then attention and MLP. */
function keptByBlock({ hiddenSize, intermediateSize, heads, kvHeads, headSize }: ModelConfig, width: number): number {
  const norms = 2 * hiddenSize * (float + 2 * width);
  return norms + width * (4 * intermediateSize + 2 * headSize * (heads + kvHeads));
}
