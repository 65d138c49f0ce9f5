/** Finding run folders on the disk. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runFiles } from './folder';

/** The run folders at and below a path, at most so many levels down, in order of their paths. */
export function runsBelow(path: string, levels: number): string[] {
  if (existsSync(join(path, runFiles.identity))) return [path];
  if (levels === 0) return [];
  return foldersIn(path).flatMap((folder) => runsBelow(folder, levels - 1));
}

/** None where the system refuses to list them: a folder that can't be read has no run to show. */
function foldersIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return entries.map(({ name }) => join(path, name)).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
