/**
 * What the processes write to standard error: the last lines of each rank, and torchrun's own account of ranks that
 * failed. torchrun puts `[default1]:` before every line of its local rank 1; a process without torchrun speaks for itself.
 */
import { createInterface } from 'node:readline';

/** How a process ended. */
export interface Ending {
  pid: number;
  /** Exit code; of a process that a signal ended, below 0. */
  code: number;
  /** `SIGKILL`, where a signal ended it. */
  signal?: string;
}

/** A rank that failed, as torchrun or its traceback tells it. */
export interface RankFailure extends Ending {
  rank: number;
  /** Traceback, where Python ended it and could tell. */
  traceback: string;
}

const kept = 400;
const rankLine = /^\[default(\d+)\]:(.*)$/;

export class Chatter {
  private readonly lines: string[] = [];

  /** Keeps what comes and passes it on as it is. */
  constructor(input: NodeJS.ReadableStream, passOn: (text: string) => void) {
    createInterface({ input }).on('line', (line) => {
      passOn(`${line}\n`);
      this.lines.push(line);
      if (this.lines.length > kept) this.lines.shift();
    });
  }

  /** The last lines of a rank, or of all that spoke. */
  last(rank?: number, count = 20): string[] {
    const said = this.lines.map((line) => {
      const [, by, text = line] = rankLine.exec(line) ?? [];
      return { by, text };
    });
    const chosen = said.filter(({ by, text }) => (rank === undefined || Number(by) === rank) && /\w/.test(text));
    return chosen.slice(-count).map(({ text }) => text);
  }

  /** What the only process left, which no torchrun tells of. */
  failureOf(alone: Ending): RankFailure {
    return { ...alone, rank: 0, traceback: this.lastTraceback().join('\n') };
  }

  /** To the error itself, behind which libraries may say more. torch puts the rank before its lines. */
  private lastTraceback(): string[] {
    const lines = this.lines.map((line) => line.replace(/^\[rank0\]: /, ''));
    const start = lines.findLastIndex((line) => line.startsWith('Traceback '));
    if (start < 0) return [];
    const length = lines.slice(start + 1).findIndex((line) => /^\S/.test(line));
    return lines.slice(start, length < 0 ? undefined : start + length + 2);
  }

  /** Those that failed, the first to do so first, once torchrun has ended. */
  failures(): RankFailure[] {
    const own = this.lines.filter((line) => !rankLine.test(line)).join('\n');
    const [others, root = ''] = own.split('Root Cause (first observed failure):');
    return [root, others].flatMap((part) => [...part.matchAll(failure)].map(failureFrom));
  }
}

/** An entry of torchrun's account. */
const failure = new RegExp(
  [
    /^ {2}rank {6}: (\d+) \(local_rank: \d+\)\n/,
    /^ {2}exitcode {2}: (-?\d+) +\(pid: (\d+)\) *(?:\((\w+)\))?\n/,
    /^ {2}error_file: .*\n/,
    /^ {2}traceback : (.*(?:\n {2}.*)*)/,
  ]
    .map(({ source }) => source)
    .join(''),
  'gm',
);

function failureFrom([, rank, code, pid, signal, traceback]: RegExpMatchArray): RankFailure {
  const isTold = !traceback.startsWith('To enable traceback');
  return { rank: Number(rank), pid: Number(pid), code: Number(code), signal, traceback: isTold ? traceback : '' };
}
