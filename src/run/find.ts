/** Finding run folders on the disk: at once for a program that waits, and bit by bit for a window that must not. */
import { existsSync, readdirSync, type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runFiles } from './folder';

/** The run folders at and below a path, at most so many levels down, in order of their paths. */
export function runsBelow(path: string, levels: number): string[] {
  if (existsSync(join(path, runFiles.identity))) return [path];
  if (levels === 0) return [];
  return foldersIn(path).flatMap((folder) => runsBelow(folder, levels - 1));
}

/** The same, one folder after another without blocking; hidden folders and `node_modules` are passed over. */
export async function* searchRuns(path: string, levels: number): AsyncGenerator<string> {
  const entries = await readdir(path, { withFileTypes: true }).catch(refused);
  if (entries.some(({ name }) => name === runFiles.identity)) return yield path;
  if (levels === 0) return;
  for (const folder of foldersAmong(entries, path).filter(isOpen)) yield* searchRuns(folder, levels - 1);
}

const isOpen = (folder: string) => !basename(folder).startsWith('.') && basename(folder) !== 'node_modules';

function foldersIn(path: string): string[] {
  try {
    return foldersAmong(readdirSync(path, { withFileTypes: true }), path);
  } catch (error) {
    return refused(error);
  }
}

function foldersAmong(entries: readonly Dirent[], path: string): string[] {
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
    .sort();
}

/** None where the system refuses to list them: a folder that can't be read has no run to show. */
function refused(error: unknown): never[] {
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
  throw error;
}
