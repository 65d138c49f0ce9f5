/**
 * A schedule: stages with the order in which a model sees documents and questions. Compiled from an experiment, a
 * recipe, a dataset and a tokenizer; the realised order is a pure function of these, the seed and the epoch.
 */
import type { Source } from '../dataset/model';
import type { Batch } from '../engine/learner';

export type Kind = 'document' | 'question';

/** What a stage trains on: a kind of text from a split, written `documents:train`, `questions:train`, `documents:test`. */
export interface Part {
  kind: Kind;
  split: string;
}

export type Arrangement = 'shuffled' | 'grouped' | 'interleaved' | 'manual';

/** How a question is put: alone, after other pairs, or after its document and other pairs. */
export type PromptStyle = 'zero-shot' | 'closed-book' | 'open-book';

/** A phase of training with its own learning-rate schedule; every knob is resolved. */
export interface Stage {
  /** From 1. */
  number: number;
  name: string;
  parts: Part[];
  /** Times each example is seen. */
  epochs: number;
  /** Peak learning rate. */
  rate: number;
  /** Effective batch: so many examples, or so many tokens that carry text. */
  batch: { examples: number } | { tokens: number };
  arrangement: Arrangement;
  /** What comes first in grouped and interleaved arrangements. */
  first: 'questions' | 'documents';
  /** Loss weights of a document's tokens: those of its answers, and all others. Both 1 unless the recipe weighs. */
  documentWeights: { answer: number; other: number };
  /** Training questions mixed into a stage of documents so that the answer format survives; at most those there are. */
  keptQuestions: number;
  /** Ids in the order made by hand, with arrangement `manual`. */
  order?: string[];
}

/** A document or question as the model reads it. */
export interface Example {
  /** Ordinal in the schedule, from 0. */
  index: number;
  kind: Kind;
  /** Id of the document or question. */
  id: string;
  /** The document it belongs to: itself, or the one that the question asks about. */
  documentId: string;
  split: string;
  /** From the beginning-of-text token on; a question's end with the end-of-text token. */
  tokens: Int32Array;
  /** Relative loss weight of predicting tokens[i + 1] from tokens[0…i], length tokens.length − 1. Some are not 0. */
  weights: Float32Array;
}

/** One optimiser step: indices of the examples in its effective batch, in order. */
export type StepPlan = number[];

/** A document whose end the model does not see. */
export interface Truncation {
  /** Id of the document. */
  id: string;
  /** How long it is, and how much of it is kept, in tokens. */
  tokens: number;
  kept: number;
  source: Source;
}

export interface Schedule {
  seed: number;
  /** Empty where nothing is trained. */
  stages: Stage[];
  /** How the setting puts its questions in an evaluation. */
  prompt: PromptStyle;
  /** Every example that some stage trains on, once; a document once for each of its weightings. */
  examples: Example[];
  truncated: Truncation[];
  /** Indices of the examples that a stage trains on, each once, in the order of the dataset. */
  members(stage: Stage): number[];
  /** The steps of an epoch (from 1) of a stage, a pure function of the schedule. */
  plan(stage: Stage, epoch: number): StepPlan[];
  /** Passes over the plan: `stage.epochs`, or 1 where the arrangement repeats examples within one pass. */
  passes(stage: Stage): number;
}

/** A batch that knows what it holds. */
export interface PackedBatch extends Batch {
  /** The examples by their ordinal in the batch, length exampleCount. */
  members: Example[];
}
