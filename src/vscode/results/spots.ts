/**
 * Where in a text its questions stand, and where a verdict is put: behind the answer in `.qa`, at the end of the line
 * in files with a question a line. Lines count from 0 here, as editors count them.
 */
import { type QaBlock, QaParser, type QaQuestion } from '../../dataset/formats/qa-syntax';
import type { Question } from '../../dataset/model';
import { eachInPortions } from '../../portions';

export interface Spot {
  question: Question;
  /** First and last line of the question with its answers. */
  line: number;
  endLine: number;
  /** Last line of each accepted answer. */
  answerLines: number[];
}

export interface Lines {
  count: number;
  at(line: number): string;
}

export interface Spots {
  /** From the top to the bottom. */
  list: Spot[];
  /** The column in which all verdicts begin whose lines are short enough. */
  column: number;
}

/** Lines that are longer than this don't move the column of the others. */
const widest = 60;

/** Reads the places of questions out of a text, in portions that block nothing. */
export async function readSpots(file: string, lines: Lines, questions: readonly Question[]): Promise<Spots> {
  const parts = file.toLowerCase().endsWith('.qa') ? await partsByLine(lines) : undefined;
  const list: Spot[] = [];
  let widestLine = 0;
  await eachInPortions(questions, (question) => {
    const spot = spotOf(question, parts?.get(question.source.line));
    widestLine = Math.max(widestLine, ...spot.answerLines.map((line) => widthOf(lines.at(line))));
    list.push(spot);
  });
  return { list: list.sort((a, b) => a.line - b.line), column: widestLine + 3 };
}

/** The spot that a line belongs to. */
export function spotAt({ list }: Spots, line: number): Spot | undefined {
  return list.find((spot) => spot.line <= line && line <= spot.endLine);
}

async function partsByLine(lines: Lines): Promise<Map<number, QaQuestion>> {
  const parts = new Map<number, QaQuestion>();
  const parser = new QaParser(({ questions }: QaBlock) => {
    for (const part of questions) parts.set(part.question.line, part);
  });
  await eachInPortions(Array(lines.count).keys(), (line) => parser.take(lines.at(line), line + 1));
  parser.end();
  return parts;
}

function spotOf(question: Question, part: QaQuestion | undefined): Spot {
  const line = question.source.line - 1;
  const answerLines = part?.answers.map(({ endLine }) => endLine - 1) ?? [line];
  return { question, line, endLine: answerLines.at(-1) ?? line, answerLines };
}

/** What a line has to say about the column of all. */
function widthOf(line: string): number {
  return line.length <= widest ? line.length : 0;
}
