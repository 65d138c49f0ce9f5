/** Finding runs by the paths that people type: a run folder, or a folder with run folders below. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../errors';
import { runFiles, RunFolder } from '../run/folder';
import { shown } from './output';

/** How far below a named folder runs are looked for. */
const depth = 3;

/** The runs at and below the paths, each once, in order of their paths. @throws UserError for a path without a run. */
export function findRuns(paths: readonly string[]): RunFolder[] {
  const found = paths.flatMap((path) => {
    const runs = below(resolve(path), depth);
    if (runs.length > 0) return runs;
    throw new UserError(`${shown(resolve(path))} ${existsSync(path) ? 'holds no run' : 'does not exist'}.`);
  });
  return [...new Set(found)].map((path) => RunFolder.open(path));
}

function below(path: string, levels: number): string[] {
  if (existsSync(join(path, runFiles.identity))) return [path];
  if (levels === 0) return [];
  return foldersIn(path).flatMap((folder) => below(folder, levels - 1));
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
