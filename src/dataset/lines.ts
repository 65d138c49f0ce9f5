/**
 * The lines of a UTF-8 text file, streamed: CRLF or LF, with or without a byte order mark. A line that is not UTF-8
 * or too long is a problem and is left out; it still counts, so the numbers of the others stay right.
 */
import { isUtf8 } from 'node:buffer';
import { bytesOf, type Content } from './bytes';
import type { Findings } from './problem';

export interface Line {
  /** From 1. */
  number: number;
  text: string;
}

/** Longest line that is read unless told otherwise, bytes. */
export const defaultLineLimit = 64 * 2 ** 20;

const newline = 10;
const carriageReturn = 13;

interface LinesOf extends Content {
  lineLimit: number;
}

/** Yields the lines of each piece of the file that has been read, in order. Throws what the file system throws. */
export async function* readLines(file: LinesOf, findings: Findings): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter(file, findings);
  let first = true;
  for await (const chunk of bytesOf(file)) {
    if (first && isUtf16(chunk)) {
      findings.error({ file: file.path, line: 1 }, 'This file is UTF-16; save it as UTF-8.');
      return;
    }
    yield splitter.take(first ? withoutMark(chunk) : chunk);
    first = false;
  }
  yield splitter.end();
}

/**
 * All lines of a file that is read as a whole; `undefined` after a problem. The file's text is `lines.join('\n')`
 * without its last line end. The limit of a line is that of the file here.
 */
export async function readAllLines(file: LinesOf, findings: Findings): Promise<string[] | undefined> {
  const before = findings.problems.length;
  const lines: string[] = [];
  let size = 0;
  for await (const batch of readLines(file, findings)) {
    for (const line of batch) lines.push(line.text);
    size += batch.reduce((sum, line) => sum + line.text.length + 1, 0);
    if (size <= file.lineLimit + 1) continue;
    findings.error({ file: file.path, line: 1 }, 'This file is too large for its format; convert it to JSONL.');
    break;
  }
  return findings.problems.length === before ? lines : undefined;
}

class LineSplitter {
  private parts: Buffer[] = [];
  private bytes = 0;
  private number = 0;

  constructor(
    private readonly file: LinesOf,
    private readonly findings: Findings,
  ) {}

  take(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.hold(chunk.subarray(start, end));
      this.finish(lines);
      start = end + 1;
    }
    this.hold(chunk.subarray(start));
    return lines;
  }

  end(): Line[] {
    const lines: Line[] = [];
    if (this.bytes > 0) this.finish(lines);
    return lines;
  }

  private hold(part: Buffer): void {
    this.bytes += part.length;
    if (this.bytes > this.file.lineLimit) this.parts = [];
    else if (part.length > 0) this.parts.push(part);
  }

  private finish(lines: Line[]): void {
    const { parts, bytes } = this;
    this.parts = [];
    this.bytes = 0;
    this.number++;
    if (bytes > this.file.lineLimit) this.tooLong(bytes);
    else this.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts), lines);
  }

  private decode(line: Buffer, lines: Line[]): void {
    const end = line.length > 0 && line[line.length - 1] === carriageReturn ? line.length - 1 : line.length;
    const bytes = line.subarray(0, end);
    if (isUtf8(bytes)) lines.push({ number: this.number, text: bytes.toString('utf8') });
    else {
      const column = bytes.toString('utf8').indexOf('\uFFFD') + 1;
      const place = { file: this.file.path, line: this.number, column };
      this.findings.error(place, 'This line is not valid UTF-8; it is left out.');
    }
  }

  private tooLong(bytes: number): void {
    const size = `${bytes.toLocaleString('en')} bytes, more than ${this.file.lineLimit.toLocaleString('en')}`;
    this.findings.error(
      { file: this.file.path, line: this.number },
      `This line is too long (${size}); it is left out.`,
    );
  }
}

function isUtf16(chunk: Buffer): boolean {
  return chunk.length >= 2 && ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff));
}

function withoutMark(chunk: Buffer): Buffer {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
}
