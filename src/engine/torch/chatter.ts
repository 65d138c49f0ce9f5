/**
 * What the processes write to standard error: the last lines of each rank, and torchrun's own account of ranks that
 * failed. torchrun puts `[default1]:` before every line of its local rank 1.
 */
import { createInterface } from 'node:readline';

/** A rank that failed, as torchrun tells it. */
export interface RankFailure {
  rank: number;
  pid: number;
  /** Exit code; of a process that a signal ended, the signal's number below 0. */
  code: number;
  /** `SIGKILL`, where a signal ended it. */
  signal?: string;
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
