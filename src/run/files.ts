/**
 * The few ways in which a run's files are written and read: whole lines appended, small files replaced at once, lines
 * read from a byte offset. Whatever goes wrong on the disk becomes one sentence for people.
 */
import * as fs from 'node:fs';
import { sync as replaceSync } from 'write-file-atomic';
import { UserError } from '../errors';

const sentences: Record<string, string> = {
  ENOSPC: 'The disk is full',
  EDQUOT: 'The disk quota is used up',
  EACCES: 'Writing is not permitted',
  EPERM: 'Writing is not permitted',
  EROFS: 'The file system is read-only',
  ENOTDIR: 'A part of the path is not a folder',
};

/** Runs a piece of disk work; what a person can mend is thrown as a UserError that names the path. */
export function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const sentence = sentences[(error as NodeJS.ErrnoException).code ?? ''];
    throw sentence ? new UserError(`${sentence}: ${path}`, { cause: error }) : error;
  }
}

/** Appends one JSON value as a line in one write; where that fails nothing of the line stays. */
export function appendLine(path: string, value: unknown): void {
  const line = Buffer.from(JSON.stringify(value) + '\n');
  onDisk(path, () => {
    const file = fs.openSync(path, 'a');
    try {
      writeWhole(file, line);
    } finally {
      fs.closeSync(file);
    }
  });
}

function writeWhole(file: number, line: Buffer): void {
  const { size } = fs.fstatSync(file);
  try {
    const written = fs.writeSync(file, line);
    if (written < line.length) throw Object.assign(new Error('Short write'), { code: 'ENOSPC' });
  } catch (error) {
    if (fs.fstatSync(file).size > size) fs.ftruncateSync(file, size);
    throw error;
  }
}

/** Replaces a small file: readers see the old or the new text, never a part. */
export function replaceFile(path: string, text: string): void {
  onDisk(path, () => replaceSync(path, text));
}

/** JSON for a file that people may read. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2) + '\n';
}

/** Bytes in a file; 0 where there is none. */
export function sizeOf(path: string): number {
  return fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Forces a file onto the disk and tells its bytes; 0 where there is none. */
export function settle(path: string): number {
  if (!fs.existsSync(path)) return 0;
  return onDisk(path, () => {
    const file = fs.openSync(path, 'r+');
    try {
      fs.fsyncSync(file);
      return fs.fstatSync(file).size;
    } finally {
      fs.closeSync(file);
    }
  });
}

/** Cuts a file back to a size in bytes; throws a UserError where it is shorter than that. */
export function truncateFile(path: string, size: number): void {
  if (sizeOf(path) < size) throw new UserError(`${path} is shorter than its checkpoint says`);
  if (fs.existsSync(path)) onDisk(path, () => fs.truncateSync(path, size));
}

export interface Lines<T> {
  values: T[];
  /** Where the next reading continues, in bytes: after the last whole line. */
  offset: number;
  /** Whole lines that are not JSON, as a crash of the machine may leave. */
  damaged: number;
}

/**
 * The JSON values of the whole lines from a byte offset on; a missing file has none.
 * @param limit bytes to read about; at least one line is read where there is one
 */
export function readLines<T>(path: string, offset = 0, limit = Infinity): Lines<T> {
  const bytes = readFrom(path, offset, limit);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end === 0 && bytes.length === limit) return readLines(path, offset, 2 * limit);
  const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
  const values = lines.flatMap((line) => parse<T>(line));
  return { values, offset: offset + end, damaged: lines.length - values.length };
}

/** The text of at most so many bytes at a file's end; empty where there is none. */
export function readTail(path: string, bytes: number): string {
  return readFrom(path, Math.max(0, sizeOf(path) - bytes), bytes).toString('utf8');
}

function readFrom(path: string, offset: number, limit: number): Buffer {
  const size = Math.min(limit, sizeOf(path) - offset);
  const file = size > 0 ? openIfThere(path) : undefined;
  if (file === undefined) return Buffer.alloc(0);
  try {
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, fs.readSync(file, bytes, 0, size, offset));
  } finally {
    fs.closeSync(file);
  }
}

/** A lock or a place in a queue may go at any moment. */
export function openIfThere(path: string): number | undefined {
  try {
    return fs.openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse<T>(line: string): T[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

/** Reads a JSON file; throws a UserError where it is missing or damaged. */
export function readJson<T>(path: string): T {
  if (!fs.existsSync(path)) throw new UserError(`${path} does not exist`);
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${path} is damaged: ${(error as Error).message}`);
  }
}
