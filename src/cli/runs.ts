/** Finding runs by the paths that people type: a run folder, or a folder with run folders below. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../errors';
import { runsBelow } from '../run/find';
import { RunFolder } from '../run/folder';
import { shown } from './output';

/** How far below a named folder runs are looked for. */
const depth = 3;

/** The runs at and below the paths, each once, in order of their paths. @throws UserError for a path without a run. */
export function findRuns(paths: readonly string[]): RunFolder[] {
  const found = paths.flatMap((path) => {
    const runs = runsBelow(resolve(path), depth);
    if (runs.length > 0) return runs;
    throw new UserError(`${shown(resolve(path))} ${existsSync(path) ? 'holds no run' : 'does not exist'}.`);
  });
  return [...new Set(found)].map((path) => RunFolder.open(path));
}
