/**
 * Which datasets a workspace has: what its experiments read, each once, and folders with data that none of them names.
 * Paths only: nothing here touches the disk.
 */
import path from 'node:path';
import { type DatasetSource, guessFormat, holdsData, isBelow as isBelowPath, namesSplit } from '../../dataset/source';

/** A dataset of the workspace: what an experiment reads, or a folder with data that no experiment names. */
export interface Holding {
  /** Stays the same while its sources do. */
  key: string;
  label: string;
  sources: DatasetSource[];
}

/**
 * @param read what each experiment reads
 * @param found files of the workspace that look like data, texts included
 * @param root folder that names are shown below
 */
export function holdingsOf(read: readonly DatasetSource[][], found: readonly string[], root: string): Holding[] {
  const paths = read.flat().map((source) => source.path);
  const holdings = new Map<string, Holding>();
  for (const sources of [...read, ...looseSources(found, paths, root)]) {
    const key = JSON.stringify(sources);
    if (!holdings.has(key)) holdings.set(key, { key, label: labelOf(sources, root), sources });
  }
  return [...holdings.values()];
}

/** Whether a file is one of the sources or lies below one. */
export function isBelow(file: string, sources: readonly { path: string }[]): boolean {
  return sources.some((source) => isBelowPath(file, source.path));
}

/** The sources' names, from the nearest folder that holds them all on. */
function labelOf(sources: readonly DatasetSource[], root: string): string {
  const names = sources.map((source) => {
    const below = path.relative(root, source.path);
    return below === '' || below.startsWith('..') ? path.basename(source.path) : below.split(path.sep).join('/');
  });
  const folder = path.posix.dirname(names[0] ?? '.');
  const isOneFolder = names.length > 1 && folder !== '.' && names.every((name) => path.posix.dirname(name) === folder);
  if (!isOneFolder) return names.join(', ');
  return `${folder}: ${names.map((name) => path.posix.basename(name)).join(', ')}`;
}

/** Data that no experiment names, by the folder that holds its splits. */
function looseSources(found: readonly string[], read: readonly string[], root: string): DatasetSource[][] {
  const loose = found.filter((file) => !isBelow(file, asSources(read))).sort();
  const wiki = loose.filter((file) => guessFormat(file) === 'wiki');
  const roots = outermost([...new Set(wiki.map((file) => splitsFolder(path.dirname(file))))]);
  const whole = roots.filter((folder) => !isBelow(root, asSources([folder])) && !holdsSome(folder, read));
  const groups = new Map<string, Set<string>>(whole.map((folder) => [folder, new Set([folder])]));
  const add = (folder: string, source: string) => groups.set(folder, (groups.get(folder) ?? new Set()).add(source));
  const rest = loose.filter((file) => !isBelow(file, asSources(whole)));
  const asked = new Set(rest.filter((file) => guessFormat(file) === 'qa').map((file) => path.dirname(file)));
  for (const file of rest) {
    const folder = path.dirname(file);
    if (guessFormat(file) === 'wiki') add(splitsFolder(folder), holdsSome(folder, read) ? file : folder);
    else if (asked.has(folder) && holdsData(file, guessFormat(file) ?? 'qa')) add(folder, file);
  }
  return [...groups.values()].map((sources) => [...sources].map((one) => ({ path: one })));
}

function asSources(paths: readonly string[]): DatasetSource[] {
  return paths.map((one) => ({ path: one }));
}

/** The folder above folders that are named after splits. */
function splitsFolder(folder: string): string {
  return namesSplit(path.basename(folder)) ? path.dirname(folder) : folder;
}

function outermost(folders: readonly string[]): string[] {
  return folders.filter((folder) => !folders.some((other) => other !== folder && isBelow(folder, asSources([other]))));
}

function holdsSome(folder: string, paths: readonly string[]): boolean {
  return paths.some((one) => isBelow(one, asSources([folder])));
}
