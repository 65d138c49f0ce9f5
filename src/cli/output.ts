/** What every command does with its streams: results as text or JSON on stdout, colours only where somebody looks. */
import { relative } from 'node:path';
import type { WriteStream } from 'node:tty';
import { describeProblem } from '../dataset/problem';
import type { Problem } from '../dataset/model';

/** A result for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
export type Paint = keyof typeof codes;

/** The text in a colour where the stream is a terminal that has some; NO_COLOR and FORCE_COLOR are honoured. */
export function paint(text: string, colour: Paint, stream: WriteStream = process.stdout): string {
  return stream.isTTY && stream.hasColors() ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text;
}

/** The problem in one line, its path as seen from the current folder, errors and warnings told apart by colour. */
export function problemLine(problem: Problem, stream: WriteStream = process.stdout): string {
  const line = describeProblem({ ...problem, file: shown(problem.file) });
  return paint(line, problem.severity === 'error' ? 'red' : 'yellow', stream);
}

/** A path as seen from the current folder where it lies below. */
export function shown(path: string): string {
  const below = relative('', path) || '.';
  return below.startsWith('..') ? path : below;
}

/** Ends quietly when the reader of a pipe has seen enough, as in `pit check data | head`. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
}
