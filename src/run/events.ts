/**
 * What the trainer appends to `events.jsonl`, one JSON object a line, and nothing else does. Whoever watches a run
 * reads the file from a byte offset; the window can be rebuilt from it at any time. This file imports nothing but the
 * shapes of metrics.
 */
import type { AnswerMetrics, Estimate } from '../metrics/estimate';

export type { AnswerMetrics, Estimate };

/** A point of the run: the optimiser step within a stage. Stages, epochs and steps count from 1. */
export interface Position {
  stage: number;
  epoch: number;
  step: number;
}

export interface GpuMemory {
  used: number;
  total: number;
}

export interface DocumentMetrics {
  documents: number;
  tokens: number;
  /** exp(Σ negative log-likelihood / Σ tokens). */
  perplexity: number;
}

export type RunEvent =
  | {
      type: 'started';
      time: string;
      pid: number;
      host: string;
      resumed: boolean;
      /** Tells the process from a later one with the same id, where the system says when it began. */
      processStart?: string;
    }
  | {
      type: 'device';
      time: string;
      engine: string;
      version: string;
      device: string;
      reason: string;
      parameters: number;
      /** Bytes that there are of the memory whose use each step tells; left out where that is not known. */
      memory?: number;
    }
  | { type: 'stage-started'; time: string; stage: number; name: string; epochs: number; steps: number }
  | ({
      type: 'step';
      time: string;
      /** Mean loss of the batch's examples, nats. */
      loss: number;
      /** The same by kind, where the batch holds the kind. */
      documentLoss?: number;
      questionLoss?: number;
      gradientNorm: number;
      rate: number;
      /** Input tokens that carry text, and those that are padding. */
      tokens: number;
      padding: number;
      seconds: number;
      /** Bytes that the process holds, or the process of the engine that holds most. */
      memory: number;
      /** Bytes of a GPU that trains, in use by all programs and in all, where the system tells; at most a minute old. */
      gpuMemory?: GpuMemory;
    } & Position)
  | ({
      type: 'evaluated';
      time: string;
      /** `full` at the end of a stage, `subset` on the fixed seeded subset in between. */
      extent: 'full' | 'subset';
      /** Which questions: the experiment's test split is the result; its train split shows what was learnt and forgotten. */
      split: string;
      answers?: AnswerMetrics;
      /** Share of answer tokens that are the most likely given the gold ones before: not exact match. */
      teacherForcedAccuracy?: number;
      documents?: DocumentMetrics;
      /** Exact match of guessing the commonest train answer to questions that start alike. */
      blindPrior?: number;
      /** Where the answers lie, relative to the run folder. */
      predictions?: string;
      seconds: number;
    } & Position)
  /** How far a part of a long evaluation is, and the seconds that it took so far; told now and then. */
  | ({
      type: 'evaluating';
      time: string;
      split: string;
      /** Questions that have their answer, questions with answers or documents whose losses are known. */
      what: 'answers' | 'questions' | 'documents';
      done: number;
      of: number;
      seconds: number;
    } & Position)
  | ({ type: 'checkpoint'; time: string; folder: string } & Position)
  /** Memory ran out in this step; from here on at most so many places are computed at once. */
  | ({ type: 'halved'; time: string; places: number; message: string } & Position)
  | { type: 'evaluation-failed'; time: string; message: string }
  | { type: 'stopped'; time: string; reason: string }
  | { type: 'failed'; time: string; reason: string; detail?: string }
  | { type: 'finished'; time: string; seconds: number };

/** One answered question, a line of a predictions file: all that is needed to judge it again without the model. */
export interface Prediction {
  id: string;
  documentId: string;
  split: string;
  question: string;
  prompt: string;
  answers: string[];
  /** What the model wrote, as it wrote it, up to the end-of-text token or the longest answer. */
  output: string;
  /** The answer in it, which is judged. */
  prediction: string;
  exactMatch: boolean;
  recall: boolean;
  rougeL: number;
}
