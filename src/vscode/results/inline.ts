/** What is written behind an answer: the verdict, then what the model said. Quiet, short and in one column. */
import { exactMatch } from '../../metrics/answers';
import type { Found } from './book';
import type { Spot, Spots } from './spots';

export type Tone = 'right' | 'wrong' | 'stale';

export interface InlineVerdict {
  line: number;
  tone: Tone;
  mark: '✓' | '✗';
  /** What the model said, on one line. */
  text: string;
  /** Columns between the end of the line and the verdict. */
  gap: number;
}

const longest = 80;

/** The verdicts of the spots within some lines; the column is that of the whole text, so that scrolling never moves it. */
export function verdicts(
  { list, column }: Spots,
  find: (spot: Spot) => Found | undefined,
  lengthOf: (line: number) => number,
  lines: readonly { first: number; last: number }[],
): InlineVerdict[] {
  const visible = list.filter((spot) => lines.some(({ first, last }) => spot.line <= last && first <= spot.endLine));
  return visible.flatMap((spot) => {
    const found = find(spot);
    return found ? [verdict(spot, found, lengthOf, column)] : [];
  });
}

function verdict(spot: Spot, found: Found, lengthOf: (line: number) => number, column: number): InlineVerdict {
  const { prediction, stale } = found;
  const line = lineOf(spot, found);
  return {
    line,
    tone: stale ? 'stale' : prediction.exactMatch ? 'right' : 'wrong',
    mark: prediction.exactMatch ? '✓' : '✗',
    text: `${shown(prediction.prediction)}${stale ? ` · ${staleText(stale)}` : ''}`,
    gap: Math.max(2, column - lengthOf(line)),
  };
}

export function staleText(stale: 'question' | 'answers'): string {
  return stale === 'question' ? 'the question has changed since' : 'the answers have changed since';
}

/** The accepted answer that was hit, else the first one. */
function lineOf({ question, answerLines }: Spot, { prediction }: Found): number {
  const hit = question.answers.findIndex((answer) => exactMatch(prediction.prediction, [answer]));
  return answerLines[hit] ?? answerLines[0];
}

/** An answer on one line, cut where it is long. */
export function shown(answer: string): string {
  const line = answer.replace(/\s+/g, ' ').trim();
  if (line === '') return '(nothing)';
  return line.length > longest ? `${line.slice(0, longest - 1).trimEnd()}…` : line;
}
