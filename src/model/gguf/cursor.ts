/**
 * Reads the header of a file from front to back through a small window, little-endian, and never believes a length
 * before it has compared it with what is left of the file.
 */
import type { FileHandle } from 'node:fs/promises';

/** Bytes read ahead. */
const windowSize = 1 << 20;

/** Longest header, bytes: twice that of the largest vocabularies. */
const longestHeader = 1 << 25;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What is wrong with the file, to be put into a sentence by whoever knows its name. */
export class Unsound extends Error {}

/** What a sound file holds that is not built here. */
export class Unsupported extends Error {}

export class Cursor {
  private window = Buffer.alloc(0);
  /** Offset of the window's first byte in the file. */
  private base = 0;
  private at = 0;

  /** `size` is the file's, in bytes. */
  constructor(
    private readonly handle: FileHandle,
    private readonly size: number,
  ) {}

  get offset(): number {
    return this.base + this.at;
  }

  /** Throws Unsound unless `count` things of at least `size` bytes each can follow. */
  expect(count: number, size: number, what: string): void {
    const end = this.offset + count * size;
    if (end > this.size) throw new Unsound(`it claims ${what}, but is too short for them`);
    if (end > longestHeader)
      throw new Unsound(`it claims ${what}, but no header is longer than ${longestHeader} bytes`);
  }

  async u8(): Promise<number> {
    return (await this.take(1)).readUInt8();
  }

  async u32(): Promise<number> {
    return (await this.take(4)).readUInt32LE();
  }

  /** A length, count or offset. Throws Unsound beyond 2⁵³. */
  async length(): Promise<number> {
    const value = (await this.take(8)).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Unsound(`it claims a length of ${value}`);
    return Number(value);
  }

  async text(): Promise<string> {
    const length = await this.length();
    this.expect(length, 1, `a text of ${length} bytes`);
    const bytes = await this.take(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new Unsound(`the text before byte ${this.offset} is not UTF-8`);
    }
  }

  /** The next bytes, valid until the next call. Throws Unsound if the file ends before. */
  async take(length: number): Promise<Buffer> {
    if (this.at + length > this.window.length) await this.refill(length);
    this.at += length;
    return this.window.subarray(this.at - length, this.at);
  }

  private async refill(length: number): Promise<void> {
    const start = this.offset;
    if (start + length > this.size) throw new Unsound(`its header is cut off at byte ${this.size}`);
    if (start + length > longestHeader) throw new Unsound(`its header is longer than ${longestHeader} bytes`);
    const wanted = Math.min(Math.max(length, windowSize), this.size - start);
    const window = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await this.handle.read(window, 0, wanted, start);
    if (bytesRead < length) throw new Unsound('it ended while it was being read');
    this.window = window.subarray(0, bytesRead);
    this.base = start;
    this.at = 0;
  }
}
