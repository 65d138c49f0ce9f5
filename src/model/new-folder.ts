/** A folder that is there whole or not at all. */
import { existsSync } from 'node:fs';
import { readdir, rename, rm, rmdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../make-folder';
import { explained, refuseUsed } from './files';

/** Room for what is small beside the weights, bytes. */
const spare = 1 << 25;

/**
 * Lets `fill` fill a temporary folder that then takes the place of `folder`, which must be new or empty.
 * @param bytes what it will take; checked before, so that a full disk is told at once
 */
export async function makeNewFolder(
  folder: string,
  bytes: number,
  fill: (place: string) => Promise<void>,
): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`;
  await refuseUsed(folder);
  const made = await explained(temporary, 'written', makeFolder(temporary));
  try {
    await refuseFullDisk(folder, bytes + spare);
    await fill(temporary);
    // Not every system lets a folder take the place of an empty one.
    if (existsSync(folder)) await explained(folder, 'written', rmdir(folder));
    await explained(folder, 'written', rename(temporary, folder));
  } catch (error) {
    await rm(made ?? temporary, { recursive: true, force: true });
    throw error;
  }
}

/** A folder in `parent` that is not there yet: of this name, or with a number behind it. */
export async function freeFolder(parent: string, name: string): Promise<string> {
  const taken = (await readdir(parent).catch((): string[] => [])).map((one) => one.toLowerCase());
  let free = name;
  for (let number = 2; taken.includes(free.toLowerCase()); number++) free = `${name}-${number}`;
  return path.join(parent, free);
}

/** Refuses where the disk that will hold `folder`, whose parent must be there, has less than `needed` bytes free. */
export async function refuseFullDisk(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(path.dirname(folder));
  const free = bavail * bsize;
  if (free >= needed) return;
  const [need, have] = [needed, free].map((bytes) => `${(bytes / 1e9).toFixed(2)} GB`);
  throw new UserError(`${folder} can't be written: it takes ${need}, but the disk has only ${have} free.`);
}
