/**
 * What the trainer and the Python learner (`python/pit_learner`) say to each other, one JSON object a line: requests to
 * rank 0's standard input, everything else from its standard output. Both directions stand here; this file imports
 * nothing. One request at a time. The processes end when rank 0's standard input does.
 */

/** The other side's must be the same. */
export const protocolVersion = 1;

/** Little-endian numbers in base64: 32-bit integers, 32-bit floats or bytes. */
export type Integers = string;
export type Floats = string;
export type Bytes = string;

/** The first line, once all processes have found each other. */
export interface Hello {
  protocol: number;
  python: string;
  torch: string;
  transformers: string;
  peft: string;
  /** Processes. */
  world: number;
  device: 'cpu' | 'cuda';
  /** Name and memory, in bytes, of the device of each process of this machine. */
  devices: string[];
  memory: number[];
}

/** A `Batch` of learner.ts. */
export interface WireBatch {
  rows: number;
  length: number;
  tokens: Integers;
  targets: Integers;
  positions: Integers;
  examples: Integers;
  weights: Floats;
  exampleCount: number;
}

export type Precision = 'fp32' | 'bf16';
export type Attention = 'dense' | 'flex' | 'varlen';

export interface OpenRequest {
  protocol: number;
  /** Folder with `config.json` and safetensors. */
  model: string;
  /** Folder in PEFT's form; these are trained in place of the model's weights. */
  adapters?: string;
  optimizer: { beta1: number; beta2: number; epsilon: number; weightDecay: number; clip: number };
  precision: Precision;
  recompute: boolean;
  compile: boolean;
  attention: 'auto' | Attention;
}

export interface Opened {
  /** Numbers of the model without adapters, and of what is trained. */
  parameters: number;
  trained: number;
  attention: Attention;
  /** Why this attention. */
  reason: string;
  /** Whether AdamW runs as one kernel. */
  fused: boolean;
}

/** Every call with what is asked and what is answered. */
export interface Calls {
  open: { asks: OpenRequest; answers: Opened };
  step: {
    asks: { batches: WireBatch[]; rate: number };
    /** Numbers that are not finite come as null. `memory`: most bytes that a process held. */
    answers: { loss: number | null; gradientNorm: number | null; losses: Floats[]; memory: number };
  };
  score: { asks: { batch: WireBatch }; answers: { losses: Floats; hits: Bytes } };
  generate: {
    asks: { prompts: Integers[]; maxTokens: number; batch: number; stopTokens: number[] };
    answers: { answers: Integers[] };
  };
  reset: { asks: object; answers: object };
  save: { asks: { folder: string; optimizer: boolean }; answers: object };
  restore: { asks: { folder: string }; answers: object };
  close: { asks: object; answers: object };
}

export type Call = keyof Calls;
export type Request<C extends Call> = { id: number; call: C } & Calls[C]['asks'];

/** Where the work is, sent by the thread that does it. */
export interface Beat {
  doing: string;
  done: number;
  of: number;
}

/** `refused`: nothing has happened and the next request may come. After the others the processes are of no more use. */
export interface Refusal {
  kind: 'refused' | 'memory' | 'internal';
  /** One sentence. */
  message: string;
  rank: number;
  /** Bytes. */
  memory?: { needed?: number; used?: number; total?: number };
  /** Traceback. */
  detail?: string;
}

export type Line =
  { hello: Hello } | { beat: Beat } | { id: number; ok: Calls[Call]['answers'] } | { id: number; error: Refusal };
