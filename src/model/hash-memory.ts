/**
 * The hashes of large files, remembered from one process to the next: to read 100 GB takes minutes. A file whose size,
 * times and inode are the same as then holds what it held then; where that is in doubt, it is read again.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { makeFolder } from '../make-folder';
import { cacheFolder } from '../user-folders';

/** Bytes from which on to remember is worth it: less is read in a blink. */
const large = 1 << 26;

/** Milliseconds for which a file may change again without another time of change: FAT counts in twos. */
const unsettled = 2000;

/** Files that are remembered, the newest. */
const most = 1000;

const entry = z.strictObject({ mark: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const entries = z.record(z.string(), entry);

type Entries = z.infer<typeof entries>;

interface State {
  /** Says which file it is and how it was left. */
  mark: string;
  bytes: number;
  isSettled: boolean;
}

export class HashMemory {
  private readonly file: string;
  private readonly smallest: number;
  private readonly now: () => number;

  /** @param now milliseconds since 1970 */
  constructor({ folder = cacheFolder(), smallest = large, now = Date.now } = {}) {
    this.file = path.join(folder, 'hashes.json');
    this.smallest = smallest;
    this.now = now;
  }

  /** The SHA-256 of a file, in hexadecimal, which `compute` reads if it must. */
  async of(file: string, compute: () => Promise<string>): Promise<string> {
    const before = await this.look(file);
    if (!before || before.bytes < this.smallest || !before.isSettled) return compute();
    const place = await realpath(file);
    const known = (await this.read())[place];
    if (known?.mark === before.mark) return known.sha256;
    const sha256 = await compute();
    const after = await this.look(file);
    if (after?.mark === before.mark) await this.keep(place, { mark: before.mark, sha256 });
    return sha256;
  }

  /** Undefined where there is nothing to look at: whoever reads the file will say so. */
  private async look(file: string): Promise<State | undefined> {
    const now = this.now();
    const found = await stat(file, { bigint: true }).catch(() => undefined);
    if (!found) return undefined;
    const { ino, size, mtimeNs, ctimeNs, mtimeMs } = found;
    return {
      mark: [ino, size, mtimeNs, ctimeNs].join(' '),
      bytes: Number(size),
      isSettled: now - Number(mtimeMs) > unsettled,
    };
  }

  /** Nothing where the file is missing or broken. */
  private async read(): Promise<Entries> {
    try {
      return entries.parse(JSON.parse(await readFile(this.file, 'utf8')));
    } catch {
      return {};
    }
  }

  /** Another process may do so at once; then one of the two is forgotten. Where nothing can be written, all is. */
  private async keep(place: string, known: Entries[string]): Promise<void> {
    const others = Object.entries(await this.read()).filter(([name]) => name !== place);
    const kept = [...others, [place, known]].slice(-most);
    try {
      await makeFolder(path.dirname(this.file));
      await writeFileAtomic(this.file, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      return;
    }
  }
}
