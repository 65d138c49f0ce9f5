/**
 * Where in a text its questions stand, and where a verdict is put: behind the answer in `.qa`, at the end of the line
 * in files with a question a line. Lines count from 0 here, as editors count them.
 */
import { parseQa, type QaQuestion } from '../../dataset/formats/qa-syntax';
import type { Question } from '../../dataset/model';

export interface Spot {
  question: Question;
  /** First and last line of the question with its answers. */
  line: number;
  endLine: number;
  /** Last line of each accepted answer. */
  answerLines: number[];
}

/** Reads the places of questions out of a text, once for each version of it. */
export function spotsIn(file: string, text: string, questions: readonly Question[]): Spot[] {
  const parts = file.toLowerCase().endsWith('.qa') ? partsByLine(text) : undefined;
  const spots = questions.map((question) => spotOf(question, parts?.get(question.source.line)));
  return spots.sort((a, b) => a.line - b.line);
}

function partsByLine(text: string): Map<number, QaQuestion> {
  const questions = parseQa(text).blocks.flatMap((block) => block.questions);
  return new Map(questions.map((part) => [part.question.line, part]));
}

function spotOf(question: Question, part: QaQuestion | undefined): Spot {
  const line = question.source.line - 1;
  const answerLines = part?.answers.map(({ endLine }) => endLine - 1) ?? [line];
  return { question, line, endLine: answerLines.at(-1) ?? line, answerLines };
}

/** The spot that a line belongs to. */
export function spotAt(spots: readonly Spot[], line: number): Spot | undefined {
  return spots.find((spot) => spot.line <= line && line <= spot.endLine);
}
