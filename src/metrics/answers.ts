/**
 * How good is one generated answer? Exact match, answer recall and ROUGE-L against the accepted answers, of which the
 * best counts. Knows nothing of models: teacher-forced accuracy is another thing and lives in likelihood.ts.
 */
import type { Judgement } from './estimate';
import { normalizeAnswer, rougeTokens } from './normalize';

/** Whether the prediction equals an accepted answer once both are normalised. */
export function exactMatch(prediction: string, answers: readonly string[]): boolean {
  const output = normalizeAnswer(prediction);
  return answers.some((answer) => normalizeAnswer(answer) === output);
}

/**
 * Whether a normalised accepted answer occurs in the normalised prediction. An answer that normalises to nothing
 * would occur everywhere; it is recalled only by a prediction that normalises to nothing too.
 */
export function answerRecall(prediction: string, answers: readonly string[]): boolean {
  const output = normalizeAnswer(prediction);
  return answers.some((answer) => {
    const gold = normalizeAnswer(answer);
    return gold === '' ? output === '' : output.includes(gold);
  });
}

/** F-measure of the longest common subsequence of words, from 0 to 1; equals `rouge_score` without stemming. */
export function rougeL(prediction: string, answers: readonly string[]): number {
  const output = rougeTokens(prediction);
  return answers.reduce((best, answer) => Math.max(best, fMeasure(rougeTokens(answer), output)), 0);
}

export function judge(prediction: string, answers: readonly string[]): Judgement {
  return {
    exactMatch: exactMatch(prediction, answers),
    recall: answerRecall(prediction, answers),
    rougeL: rougeL(prediction, answers),
  };
}

function fMeasure(gold: readonly string[], output: readonly string[]): number {
  const common = commonSubsequence(gold, output);
  if (common === 0) return 0;
  const precision = common / output.length;
  const recall = common / gold.length;
  return (2 * precision * recall) / (precision + recall);
}

/** Length of the longest common subsequence, one row of the table at a time. */
function commonSubsequence(left: readonly string[], right: readonly string[]): number {
  let above = new Uint32Array(right.length + 1);
  for (const word of left) {
    const row = new Uint32Array(right.length + 1);
    for (let j = 1; j <= right.length; j++) {
      row[j] = word === right[j - 1] ? above[j - 1] + 1 : Math.max(above[j], row[j - 1]);
    }
    above = row;
  }
  return above[right.length];
}
