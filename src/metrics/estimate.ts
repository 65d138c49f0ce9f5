/**
 * What a metric is when it leaves this room: a value with its 95 % confidence interval. Shapes only; the intervals
 * are made in bootstrap.ts.
 */

/** An estimate with its 95 % confidence interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** Answers to questions, judged. Fractions from 0 to 1. */
export interface AnswerMetrics {
  count: number;
  exactMatch: Estimate;
  recall: Estimate;
  rougeL: Estimate;
}

/** One answer, judged against every accepted answer; the best counts. */
export interface Judgement {
  exactMatch: boolean;
  recall: boolean;
  /** F-measure, from 0 to 1. */
  rougeL: number;
}
