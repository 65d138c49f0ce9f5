/**
 * Answers judged without a model: a run's own predictions once more, or any file of answered questions. Raw and
 * normalised texts stand side by side, so that everybody sees what was compared.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Problem } from '../dataset/model';
import { UserError } from '../errors';
import { judge } from '../metrics/answers';
import { summarizeAnswers, type BootstrapOptions } from '../metrics/bootstrap';
import { normalizeAnswer } from '../metrics/normalize';
import type { AnswerMetrics, Prediction } from './events';
import { readLines } from './files';

/** A judged row of a file. */
export interface ScoredRow {
  /** Line in the file, from 1. */
  line: number;
  question?: string;
  answers: string[];
  prediction: string;
  normalizedAnswers: string[];
  normalizedPrediction: string;
  exactMatch: boolean;
  recall: boolean;
  rougeL: number;
}

const usual: BootstrapOptions = { resamples: 1000, seed: 1 };

/** Judges a predictions file of a run again. */
export function rescore(
  file: string,
  options: BootstrapOptions = usual,
): { metrics: AnswerMetrics; predictions: Prediction[] } {
  if (!existsSync(file)) throw new UserError(`${file} does not exist`);
  const predictions = readLines<Prediction>(file).values.map((prediction) => ({
    ...prediction,
    ...judge(prediction.prediction, prediction.answers),
  }));
  return { metrics: summarizeAnswers(predictions, options), predictions };
}

/**
 * Judges rows of `{"question"?, "answer" or "answers", "prediction"}`, one JSON object a line. Rows that can't be read
 * are left out and reported, all at once. Throws a UserError where the file can't be read at all.
 */
export function scoreRows(
  file: string,
  options: BootstrapOptions = usual,
): { metrics: AnswerMetrics; rows: ScoredRow[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const rows = linesOf(file).flatMap((bytes, index) => {
    const line = index + 1;
    const report = (message: string, field?: string) =>
      problems.push({ severity: 'error', file, line, column: 1, field, message });
    return readRow(bytes, line, report);
  });
  return { metrics: summarizeAnswers(rows, options), rows, problems };
}

type Report = (message: string, field?: string) => void;

function readRow(bytes: Buffer, line: number, report: Report): ScoredRow[] {
  const row = parseObject(bytes, report);
  if (!row) return [];
  const answers = answersOf(row, report);
  if (typeof row.prediction !== 'string') report('"prediction" must be a text', 'prediction');
  if (row.question !== undefined && typeof row.question !== 'string') report('"question" must be a text', 'question');
  if (!answers || typeof row.prediction !== 'string') return [];
  const question = typeof row.question === 'string' ? row.question : undefined;
  return [scored({ line, question, answers, prediction: row.prediction })];
}

function scored(row: Pick<ScoredRow, 'line' | 'question' | 'answers' | 'prediction'>): ScoredRow {
  return {
    ...row,
    normalizedAnswers: row.answers.map(normalizeAnswer),
    normalizedPrediction: normalizeAnswer(row.prediction),
    ...judge(row.prediction, row.answers),
  };
}

/** The object on a line; undefined for an empty line, and, reported, for what is no object. */
function parseObject(bytes: Buffer, report: Report): Record<string, unknown> | undefined {
  const text = decode(bytes);
  if (text === undefined) report('the line is not UTF-8 text');
  if (text === undefined || text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    report('the line must hold a JSON object');
  } catch (error) {
    report(`the line is not JSON: ${(error as Error).message}`);
  }
  return undefined;
}

/** UTF-8 without a byte order mark; undefined for other bytes. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The accepted answers under either name; undefined, and reported, where there is none or one is no text. */
function answersOf(row: Record<string, unknown>, report: Report): string[] | undefined {
  const field = row.answers === undefined ? 'answer' : 'answers';
  const given = row.answers ?? (row.answer === undefined ? [] : [row.answer]);
  if (row.answers !== undefined && row.answer !== undefined) report('give "answer" or "answers", not both', 'answers');
  else if (!Array.isArray(given)) report('"answers" must be a list of texts', 'answers');
  else if (given.length === 0) report('an answer is missing: give "answer" or "answers"', field);
  else if (given.some((answer) => typeof answer !== 'string')) report('an answer must be a text', field);
  else if (given.some((answer) => answer.trim() === '')) report('an answer is empty', field);
  else return given;
  return undefined;
}

/** The bytes of each line, whatever the line ends. */
function linesOf(file: string): Buffer[] {
  try {
    const lines = readFileSync(file, 'latin1').split(/\r\n|\n|\r/);
    return lines.map((line) => Buffer.from(line, 'latin1'));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
