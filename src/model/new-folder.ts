/** A folder that is there whole or not at all. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm, rmdir, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../make-folder';
import { works } from '../processes';
import { explained, refuseUsed } from './files';

/** Room for what is small beside the weights, bytes. */
const spare = 1 << 25;

/**
 * Lets `fill` fill a temporary folder that then takes the place of `folder`, which must be new or empty. What processes
 * that were killed at this have left beside it is removed.
 * @param bytes what it will take; checked before, so that a full disk is told at once
 */
export async function makeNewFolder(
  folder: string,
  bytes: number,
  fill: (place: string) => Promise<void>,
): Promise<void> {
  const temporary = `${folder}${mark(process.pid)}`;
  await refuseUsed(folder);
  await clearLeftovers(path.dirname(folder));
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

/** The end of a temporary folder's name: which process of which machine fills it. Disks may be shared. */
const mark = (pid: number) => `.pit-${pid}-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}.tmp`;

/** The process that makes a folder of this name; undefined where that is not known to be one of this machine. */
function makerOf(name: string): number | undefined {
  const pid = Number(/.\.pit-(\d+)-\w+\.tmp$/.exec(name)?.[1]);
  return name.endsWith(mark(pid)) ? pid : undefined;
}

async function clearLeftovers(parent: string): Promise<void> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const pid = makerOf(entry.name);
    if (pid === undefined || !entry.isDirectory() || works(pid)) continue;
    // What can't be removed is in nobody's way.
    await rm(path.join(parent, entry.name), { recursive: true, force: true }).catch(() => undefined);
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
