/** What a file holds: on the disk, or in an editor that has not saved it. */
import { createReadStream } from 'node:fs';

export interface Content {
  path: string;
  /** What stands unsaved in an editor; it takes the place of what is on the disk. */
  text?: string;
}

const chunkBytes = 2 ** 20;

/** Yields the bytes in order. Throws what the file system throws. */
export async function* bytesOf({ path, text }: Content): AsyncGenerator<Buffer> {
  if (text === undefined) yield* createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>;
  else yield Buffer.from(text);
}
