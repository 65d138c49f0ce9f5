/**
 * Where a dataset comes from, and what paths say about it: format, split and domain.
 * Names only: nothing here touches the disk.
 */
import path from 'node:path';
import type { Content } from './bytes';

export type Format = 'wiki' | 'qa' | 'text' | 'squad' | 'table';

/** Which column of a table holds what; a field that is not named is looked for under its own name. */
export interface Columns {
  id?: string;
  title?: string;
  text?: string;
  /** The column with the id of a question's document. */
  document?: string;
  question?: string;
  answer?: string;
  answers?: string;
  split?: string;
  domain?: string;
}

export interface DatasetSource {
  /** Absolute path of a file or folder. */
  path: string;
  /** Guessed from the path if left out. */
  format?: Format;
  /** Split of everything in it that names none itself. */
  split?: string;
  domain?: string;
  columns?: Columns;
}

/** A file to read, with all that its path and its source say about the records in it. */
export interface InputFile extends Content {
  /** Path below the source, with `/`; the file's own name where the source is the file. */
  name: string;
  format: Format;
  /** Empty where nothing names one. */
  split: string;
  domain?: string;
  columns: Columns;
  /** Longest line that is read, in bytes. */
  lineLimit: number;
}

const endings: Record<Format, RegExp> = {
  wiki: /^(doc|qa)\.jsonl$/i,
  qa: /\.qa$/i,
  text: /\.(md|markdown|txt)$/i,
  squad: /\.json$/i,
  table: /\.(jsonl|ndjson|csv|tsv|parquet)$/i,
};
const aboutTheFolder = /^(readme|licen[cs]e|notice|changelog)\b|\.pit\.json$/i;
const splitName = /^(train|test|base|dev|valid|val|validation|eval)$/;
const splitStem = /^(train|test|base|dev|valid|val|validation|eval)(-\d.*)?$/;

/** The format that a file's name suggests. */
export function guessFormat(file: string, columns?: Columns): Format | undefined {
  const name = path.basename(file);
  if (columns && endings.table.test(name)) return 'table';
  return (Object.keys(endings) as Format[]).find((format) => endings[format].test(name));
}

/** Whether a file found in a folder holds data of the format, to judge by its name. */
export function holdsData(file: string, format: Format): boolean {
  const name = path.basename(file);
  return endings[format].test(name) && !aboutTheFolder.test(name);
}

/** Whether a folder's name is that of a split. */
export function namesSplit(folder: string): boolean {
  return splitName.test(folder);
}

/** The file's name without folder and ending. */
export function stemOf(file: string): string {
  return path.parse(file).name;
}

/** Whether a file is at the path or anywhere below it. */
export function isBelow(file: string, root: string): boolean {
  return file === root || file.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
}

/**
 * Split and domain of the records that name none. A folder called `train`, `test`, `base` … names the split, and so
 * does, in the Wiki2023 layout, any folder with a `doc.jsonl` or `qa.jsonl`; the nearest other folder names the domain.
 * The split is empty where nothing names one.
 */
export function placeOf(source: DatasetSource, name: string, format: Format): { split: string; domain?: string } {
  const folders = name.split('/').slice(0, -1).reverse();
  const known = folders.find((folder) => splitName.test(folder));
  const layout = format === 'wiki' ? folders[0] : undefined;
  const split = known ?? source.split ?? layout ?? splitOutside(source.path, name, format) ?? '';
  const domain = folders.find((folder) => folder !== split) ?? source.domain;
  return { split, domain };
}

/** The split that the source's own name gives: `data/train`, `data/test/doc.jsonl`, `train-00000-of-00002.parquet`. */
function splitOutside(root: string, name: string, format: Format): string | undefined {
  const stem = format === 'text' ? undefined : splitStem.exec(stemOf(name))?.[1];
  const isFile = path.basename(root) === name;
  return [stem, isFile ? path.basename(path.dirname(root)) : path.basename(root)].find(
    (word) => word !== undefined && splitName.test(word),
  );
}
