/** Files of a model folder: JSON in and out, and writing a large file so that a crash never leaves half of it. */
import { open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UserError, messageOf } from '../errors';

/** A JSON file's value. Throws a UserError if it can't be read or is not JSON. */
export async function readJson(file: string): Promise<unknown> {
  const text = await explained(file, 'read', readFile(file, 'utf8'));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${messageOf(error)}.`);
  }
}

/** Replaces a JSON file in one go. */
export async function writeJson(file: string, value: unknown, space = 2): Promise<void> {
  await explained(file, 'written', writeFileAtomic(file, `${JSON.stringify(value, undefined, space)}\n`));
}

/**
 * Replaces `file` by what `write` puts into a temporary file beside it: on disk before the name changes, so `file` is
 * always either the old or the whole new one. Throws a UserError if the system refuses; the old file then still stands.
 */
export async function replaceFile(file: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await explained(file, 'written', writeSynced(temporary, write));
    await explained(file, 'written', rename(temporary, file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

async function writeSynced(file: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await write(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename durable. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Nothing is ever written over: throws a UserError unless there is no such folder or nothing in it. */
export async function refuseUsed(folder: string): Promise<void> {
  const code = (error: unknown) => (error as NodeJS.ErrnoException).code;
  const held = await readdir(folder).catch((error) => {
    if (code(error) === 'ENOENT') return [];
    if (code(error) !== 'ENOTDIR') return explained(folder, 'read', Promise.reject(error));
    throw new UserError(`${folder} is a file; name a folder that is new or empty.`);
  });
  if (held.length > 0)
    throw new UserError(`${folder} is not empty: it holds ${held[0]}; name a folder that is new or empty.`);
}

/** Turns the system's refusals into a sentence about the file; other errors keep their stack. */
export async function explained<T>(file: string, done: 'read' | 'written', work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) throw error;
    throw new UserError(`${file} can't be ${done}: ${reasons[code] ?? messageOf(error)}.`);
  }
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a folder',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
};
