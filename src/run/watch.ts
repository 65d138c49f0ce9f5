/**
 * Following a run as it is written: the events that came since the last look. A run that is resumed is cut back to its
 * newest checkpoint first; whoever watches then starts again from the beginning, so nothing is counted twice or missed.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { RunEvent } from './events';
import { runFiles, type RunFolder } from './folder';

/** Bytes before the offset that are compared to see whether the file is still the one that was read. */
const witness = 256;

export interface News {
  events: RunEvent[];
  /** The file was cut back: `events` are all there are, and what was told before no longer holds. */
  restarted: boolean;
}

export class RunWatch {
  private offset = 0;
  private tail: Uint8Array = Buffer.alloc(0);

  constructor(readonly folder: RunFolder) {}

  /**
   * The events since the last call, or all of them where the file was cut back.
   * @param limit bytes to read at once; whoever gives one calls again until nothing comes
   */
  poll(limit = Infinity): News {
    const restarted = this.offset > 0 && Buffer.compare(this.tail, this.before(this.offset)) !== 0;
    if (restarted) this.offset = 0;
    const { events, offset } = this.folder.readEvents(this.offset, limit);
    if (offset !== this.offset) this.tail = this.before(offset);
    this.offset = offset;
    return { events, restarted };
  }

  /** The last bytes before an offset; fewer where the file is shorter. */
  private before(offset: number): Uint8Array {
    const start = Math.max(0, offset - witness);
    const bytes = Buffer.alloc(offset - start);
    let file: number;
    try {
      file = openSync(this.folder.file(runFiles.events), 'r');
    } catch {
      return Buffer.alloc(0);
    }
    try {
      if (fstatSync(file).size < offset) return Buffer.alloc(0);
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start));
    } finally {
      closeSync(file);
    }
  }
}
