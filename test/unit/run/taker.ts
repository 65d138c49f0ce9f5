/** A process that takes locks as it is told to, and says what came of it. */
import { closeSync, openSync, rmSync } from 'node:fs';
import { releaseLock, TakenError, takeLock } from '../../../src/run/lock';

export interface Task {
  lock: string;
  /** Where given, the lock is wanted until it could be had and given back; the file is there meanwhile. */
  had?: string;
}

function takes(lock: string): boolean {
  try {
    takeLock(lock, 'The folder');
    return true;
  } catch (error) {
    if (error instanceof TakenError) return false;
    throw error;
  }
}

/** @throws where another process has it too */
function passes(lock: string, had: string): boolean {
  while (!takes(lock));
  try {
    closeSync(openSync(had, 'wx'));
    rmSync(had);
    return true;
  } finally {
    releaseLock(lock, 'The folder');
  }
}

process.on('message', ({ lock, had }: Task) => {
  try {
    process.send!(had ? passes(lock, had) : takes(lock));
  } catch (error) {
    process.send!(error instanceof Error ? error.stack : error);
  }
});
process.send!('ready');
