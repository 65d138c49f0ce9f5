/**
 * The cache that Hugging Face's tools share: a folder for each model with `blobs/`, named after their content,
 * `snapshots/COMMIT/`, which link to these, and `refs/`, which say where a branch stood. A blob gets its name when it is
 * whole and its checksum is right; until then it has another, and is gone on with at the next try.
 * Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
import { createHash, type Hash, randomUUID } from 'node:crypto';
import { constants, statSync } from 'node:fs';
import { copyFile, link, open, rename, rm, rmdir, symlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { getRepoFolderName } from '@huggingface/hub';
import writeFileAtomic from 'write-file-atomic';
import { UserError } from '../../errors';
import { makeFolder } from '../../make-folder';
import { explained } from '../files';
import { refuseFullDisk } from '../new-folder';
import { Broken, type HubFile } from './client';

/** Gives a file's bytes from some place on. */
export type Source = (file: HubFile, start: number) => AsyncIterable<Uint8Array>;

export class ModelCache {
  private readonly root: string;

  constructor(cache: string, model: string) {
    this.root = path.join(cache, getRepoFolderName({ type: 'model', name: model }));
  }

  snapshot(commit: string): string {
    return path.join(this.root, 'snapshots', commit);
  }

  blob({ id }: HubFile): string {
    return path.join(this.root, 'blobs', id.digest);
  }

  /** Which of the files a download must still bring. */
  missing(files: readonly HubFile[]): HubFile[] {
    return files.filter((file) => sizeOf(this.blob(file)) !== file.size);
  }

  /** Makes the folder for blobs and checks that the disk has room for these. */
  async prepare(files: readonly HubFile[]): Promise<void> {
    const blobs = path.join(this.root, 'blobs');
    await explained(blobs, 'written', makeFolder(blobs));
    const bytes = files.reduce((sum, file) => sum + file.size - (sizeOf(this.partial(file)) ?? 0), 0);
    if (files.length > 0) await refuseFullDisk(blobs, bytes);
  }

  /** Brings a blob, going on with what an earlier try left. `onBytes` is told of all its bytes as they are there. */
  async bring(file: HubFile, source: Source, onBytes: (count: number) => void): Promise<void> {
    const partial = this.partial(file);
    const digest = await explained(partial, 'written', fill(partial, file, source, onBytes));
    if (digest !== file.id.digest) {
      await rm(partial, { force: true });
      throw new UserError(`${file.path} came with a wrong checksum and was thrown away: try again.`);
    }
    await explained(partial, 'written', this.name(file));
  }

  private async name(file: HubFile): Promise<void> {
    await rename(this.partial(file), this.blob(file)).catch((error) => {
      // Another download of the same file may have been faster.
      if (this.missing([file]).length > 0) throw error;
    });
  }

  /** Throws away what has come of files, and the folders that are empty then. */
  async discard(files: readonly HubFile[]): Promise<void> {
    for (const file of files.flatMap((file) => [this.partial(file), this.blob(file)])) await rm(file, { force: true });
    for (const folder of [path.join(this.root, 'blobs'), this.root]) await rmdir(folder).catch(() => undefined);
  }

  /** Makes the snapshot of a commit out of blobs that are all there; gives its folder. */
  async link(commit: string, revision: string, files: readonly HubFile[]): Promise<string> {
    const folder = this.snapshot(commit);
    await explained(folder, 'written', makeFolder(folder));
    for (const file of files) {
      const target = path.join(folder, file.path);
      if (sizeOf(target) !== file.size) await explained(target, 'written', point(target, this.blob(file)));
    }
    if (revision !== commit) await this.remember(revision, commit);
    return folder;
  }

  private async remember(revision: string, commit: string): Promise<void> {
    const ref = path.join(this.root, 'refs', revision);
    await explained(ref, 'written', makeFolder(path.dirname(ref)));
    await explained(ref, 'written', writeFileAtomic(ref, commit));
  }

  /** A name of our own: other programs lock theirs, or write over it. */
  private partial(file: HubFile): string {
    return `${this.blob(file)}.pit.incomplete`;
  }
}

/** Undefined where there is no file, or none that can be seen; what is wrong then, writing tells. */
function sizeOf(file: string): number | undefined {
  try {
    return statSync(file).size;
  } catch {
    return undefined;
  }
}

/** Puts a link to the blob in place, or what comes closest where the file system has none. */
async function point(target: string, blob: string): Promise<void> {
  const temporary = `${target}.${randomUUID()}.tmp`;
  await symlink(path.relative(path.dirname(target), blob), temporary).catch(() => linkOrCopy(blob, temporary));
  await rename(temporary, target);
  // Of two names of one file, renaming leaves both.
  await rm(temporary, { force: true });
}

/** Gives a file a second name; copies it where that can't be. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}

/**
 * Fills the file to its end; gives its checksum. Every byte is written to its place, so that two downloads of the same
 * file at the same time don't harm each other.
 */
async function fill(partial: string, file: HubFile, source: Source, onBytes: (count: number) => void): Promise<string> {
  const handle = await open(partial, constants.O_RDWR | constants.O_CREAT);
  try {
    const hash = checksum(file);
    let at = await readAgain(handle, file, hash);
    onBytes(at);
    while (at < file.size) at = await goOn(handle, file, at, { hash, source, onBytes });
    await handle.sync();
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

/** Git puts a header before what it names by SHA-1. */
function checksum({ id, size }: HubFile): Hash {
  return id.algorithm === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}

/** Hashes what an earlier try left; gives its length, 0 if it can't be a beginning of the file. */
async function readAgain(handle: FileHandle, { size }: HubFile, hash: Hash): Promise<number> {
  const { size: kept } = await handle.stat();
  if (kept > size) await handle.truncate();
  if (kept > size || kept === 0) return 0;
  for await (const chunk of handle.createReadStream({ start: 0, end: kept - 1, autoClose: false }))
    hash.update(chunk as Buffer);
  return kept;
}

interface Filling {
  hash: Hash;
  source: Source;
  onBytes: (count: number) => void;
}

/** Writes what comes until the connection breaks; gives how far the file then is. A try that brings nothing is the last. */
async function goOn(handle: FileHandle, file: HubFile, start: number, filling: Filling): Promise<number> {
  let at = start;
  try {
    for await (const chunk of filling.source(file, start)) {
      await writeAll(handle, chunk, at);
      filling.hash.update(chunk);
      filling.onBytes(chunk.length);
      at += chunk.length;
    }
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    if (at === start)
      throw new UserError(`The connection breaks at byte ${at} of ${file.path}: the same command goes on from there.`);
  }
  return at;
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < chunk.length;)
    done += (await handle.write(chunk, done, chunk.length - done, at + done)).bytesWritten;
}
