/**
 * Makes folders with those above them. Node's own way to do so never returns below a folder that takes no new ones and
 * says they were not found, as /proc on Linux does.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Gives the first folder that had to be made, as Node does. @throws what the system says, with its code */
export function makeFolderSync(folder: string): string | undefined {
  if (isFolder(folder)) return undefined;
  const parent = dirname(folder);
  const first = parent === folder ? undefined : makeFolderSync(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(folder)) throw Object.assign(error as Error, clearer[(error as NodeJS.ErrnoException).code!]);
  }
  return first ?? folder;
}

/** The same for those who wait. */
export async function makeFolder(folder: string): Promise<string | undefined> {
  return makeFolderSync(folder);
}

/** What a code means where all above is there already: a file stands in the way, or nothing may be made. */
const clearer: Record<string, { code: string }> = { EEXIST: { code: 'ENOTDIR' }, ENOENT: { code: 'EPERM' } };

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
