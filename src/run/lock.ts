/**
 * A file that says which process has a folder. Creating it is one step for the system, so of two processes that come
 * at once one loses; a lock whose process is gone is taken over.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { UserError } from '../errors';
import { onDisk, readLines } from './files';
import { isAlive, markOf, type ProcessMark } from './process';

/** Another process has the folder. */
export class TakenError extends UserError {}

/** Takes the lock for this process; throws a TakenError that names the folder while another living process has it. */
export function takeLock(file: string, folder: string): void {
  const holder = lockHolder(file);
  if (holder && isAlive(holder) && holder.pid !== process.pid) throw taken(folder, holder);
  onDisk(folder, () => rmSync(file, { force: true }));
  try {
    onDisk(folder, () => writeFileSync(file, JSON.stringify(markOf()) + '\n', { flag: 'wx' }));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? taken(folder, lockHolder(file)) : error;
  }
}

/** The process that the lock names, dead or alive. */
export function lockHolder(file: string): ProcessMark | undefined {
  return readLines<ProcessMark>(file).values[0];
}

function taken(folder: string, holder?: ProcessMark): TakenError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
  return new TakenError(`${folder} is already being trained by ${who}`);
}
