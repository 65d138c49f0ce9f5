/**
 * The contract between the trainer and an engine. A learner is one model with its optimiser on one device.
 * It knows neither documents nor questions, schedules nor accumulation: a batch is packed rows of token ids with
 * loss weights that the trainer has already normalised, so the losses and gradients of micro-batches simply add up
 * and every engine can be compared with every other on the same batch.
 *
 * This file imports nothing but the facts of a model.
 */
import type { ModelFacts } from '../model/facts';

/**
 * `rows` rows of `length` places each, row-major. A place holds an input token; the model predicts its target from it.
 * Places of one example follow each other in one row and see only themselves and earlier places of that example.
 */
export interface Batch {
  rows: number;
  length: number;
  /** Input token ids, [rows × length]; padding holds 0. */
  tokens: Int32Array;
  /** The token that should follow, [rows × length]; meaningless where the weight is 0. */
  targets: Int32Array;
  /** Position of the place within its example, from 0, [rows × length]. */
  positions: Int32Array;
  /** Ordinal of the example within the batch, from 0, [rows × length]; −1 marks padding. */
  examples: Int32Array;
  /** Weight of each place's negative log-likelihood in the loss, [rows × length]; 0 where nothing is learnt. */
  weights: Float32Array;
  /** How many examples the batch holds. */
  exampleCount: number;
}

export interface StepResult {
  /** Σ weight × negative log-likelihood over all micro-batches, nats. */
  loss: number;
  /** Global L2 norm of the gradient before clipping. */
  gradientNorm: number;
  /** For each micro-batch the negative log-likelihood of each target, nats, [rows × length]; 0 where the weight is 0. */
  losses: Float32Array[];
  /** Most bytes that a process of the engine has held; left out where the engine runs inside this one. */
  memory?: number;
}

/** What a batch costs the model, place by place. */
export interface Score {
  /** Negative log-likelihood of the target, nats, [rows × length]; 0 where the weight is 0. */
  losses: Float32Array;
  /** 1 where the target is the most likely token, [rows × length]; 0 where the weight is 0. */
  hits: Uint8Array;
}

export interface GenerateOptions {
  /** At most this many new tokens a prompt. */
  maxTokens: number;
  /** At most this many prompts at once; changes speed and memory, never a token. */
  batch: number;
  /** Generation of a prompt ends at any of these tokens, which is not part of the result. */
  stopTokens: readonly number[];
  /** Is told after each batch how many prompts have their answer; what it throws ends the work. */
  answered?: (count: number) => void;
}

export interface OptimizerSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled; applied to matrices only, never to norms. */
  weightDecay: number;
  /** Largest global gradient norm; 0 switches clipping off. */
  clip: number;
}

/** Which engine and device run, and why these: shown to people and kept with every result. */
export interface DeviceReport {
  engine: string;
  /** Version of the engine's library. */
  version: string;
  device: string;
  reason: string;
  /** Bytes that there are of the memory whose use a step tells; left out where that is not known. */
  memory?: number;
}

export interface Learner {
  readonly config: ModelFacts;
  /** Numbers of the model without adapters. */
  readonly parameters: number;
  readonly report: DeviceReport;
  /** Processes that share the rows of a batch. */
  readonly processes: number;
  /** One optimiser step over the sum of the micro-batches' losses. */
  step(batches: readonly Batch[], rate: number): Promise<StepResult>;
  /** Scores without training. */
  score(batch: Batch): Promise<Score>;
  /** Greedy continuation of each prompt, independent of what else is in the list. */
  generate(prompts: readonly Int32Array[], options: GenerateOptions): Promise<Int32Array[]>;
  /** Forgets moments and step count, as at the start of a phase. */
  resetOptimizer(): Promise<void>;
  /**
   * Writes `config.json`, `model.safetensors` (or its parts) and, if asked, the optimiser's state into an existing
   * folder: `optimizer.safetensors`, or a folder `optimizer`. Of a model with adapters these alone, as PEFT does.
   */
  save(folder: string, options: { optimizer: boolean }): Promise<void>;
  /** Reads what `save` has written; without optimiser state the optimiser is reset. */
  restore(folder: string): Promise<void>;
  /** Frees the device. */
  close(): Promise<void>;
}

/** As much of a learner as a model needs that only answers. */
export type Answerer = Pick<Learner, 'config' | 'report' | 'generate' | 'close'>;
