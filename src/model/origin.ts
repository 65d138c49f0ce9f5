/** Where an imported model came from: kept beside it in `origin.json`, so that nothing has to be imported twice. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { explained, writeJson } from './files';

export const originFile = 'origin.json';

const schema = z.union([
  z.object({ hub: z.string(), revision: z.string(), commit: z.string() }),
  z.object({ file: z.string(), bytes: z.number(), modified: z.string() }),
]);

/** A commit of a model on the hub and how it was asked for, or a file as it was then. */
export type Origin = z.infer<typeof schema>;

/** A file, by its name, size and time: it may have been moved since. */
export async function fileOrigin(file: string): Promise<Origin> {
  const { size, mtime } = await explained(file, 'read', stat(file));
  return { file: path.basename(file), bytes: size, modified: mtime.toISOString() };
}

export function writeOrigin(folder: string, origin: Origin): Promise<void> {
  return writeJson(path.join(folder, originFile), origin);
}

/** Undefined where nothing was imported, or nobody can tell. */
export async function readOrigin(folder: string): Promise<Origin | undefined> {
  const text = await readFile(path.join(folder, originFile), 'utf8').catch(() => '');
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The first folder directly in `parent`, by name, whose origin is one that is looked for. */
export async function findImport(parent: string, isIt: (origin: Origin) => boolean): Promise<string | undefined> {
  const names = await readdir(parent).catch((): string[] => []);
  const folders = names
    .filter((name) => !name.endsWith('.tmp'))
    .sort()
    .map((name) => path.join(parent, name));
  const origins = await Promise.all(folders.map(readOrigin));
  return folders.find((_, at) => origins[at] && isIt(origins[at]));
}
