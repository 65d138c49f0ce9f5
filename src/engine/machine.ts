/** What this machine has. */
import { totalmem } from 'node:os';

/** Bytes that a process may take here: the machine's, or what its container leaves of them. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
