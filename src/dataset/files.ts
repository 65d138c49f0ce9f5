/**
 * Finding the files of a source and what they hold, byte for byte. Links inside a folder are never followed, so a
 * walk ends, reads nothing twice and stays below its root; a link that looks like data is a problem.
 */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { bytesOf, type Content } from './bytes';
import { defaultLineLimit } from './lines';
import { Findings, guarded } from './problem';
import { type DatasetSource, type Format, guessFormat, holdsData, type InputFile, placeOf } from './source';

export interface FileDigest {
  file: string;
  sha256: string;
  bytes: number;
}

/** The files of several sources, whatever is wrong with others beside them. */
export async function filesOf(sources: readonly DatasetSource[]): Promise<InputFile[]> {
  const found = sources.map((source) => findFiles(source, defaultLineLimit, new Findings()));
  return (await Promise.all(found)).flat();
}

/** The files of a source, in the order of their names. */
export async function findFiles(source: DatasetSource, lineLimit: number, findings: Findings): Promise<InputFile[]> {
  const found = await guarded(source.path, findings, () => stat(source.path));
  if (!found) return [];
  const place = { file: source.path, line: 1 };
  const input = (name: string, format: Format): InputFile => ({
    path: found.isDirectory() ? path.join(source.path, name) : source.path,
    name,
    format,
    ...placeOf(source, name, format),
    columns: source.columns ?? {},
    lineLimit,
  });
  if (found.isDirectory()) {
    const files = selectData(await walk(source.path, '', findings), source, findings);
    if (files.length === 0) findings.error(place, 'This folder holds no file in a format that can be read.');
    return files.map(({ name, format }) => input(name, format));
  }
  const format = source.format ?? guessFormat(source.path, source.columns);
  if (!found.isFile()) findings.error(place, 'This path is neither a file nor a folder.');
  else if (!format) findings.error(place, 'The format cannot be guessed from this name; name it.');
  else return [input(path.basename(source.path), format)];
  return [];
}

interface Entry {
  name: string;
  format: Format;
  /** What it is instead of a file. */
  oddity?: string;
}

/** Keeps what the source's format reads. Without a format, texts and JSON beside a Wiki2023 layout are about it. */
function selectData(entries: Entry[], source: DatasetSource, findings: Findings): Entry[] {
  const wanted = source.format;
  const hasWiki = entries.some((entry) => entry.format === 'wiki');
  return entries
    .map((entry) => ({ ...entry, format: wanted ?? guessFormat(entry.name, source.columns) ?? entry.format }))
    .filter((entry) => holdsData(entry.name, entry.format))
    .filter(({ format }) => wanted !== undefined || !hasWiki || (format !== 'text' && format !== 'squad'))
    .filter((entry) => {
      if (entry.oddity) findings.error({ file: path.join(source.path, entry.name), line: 1 }, entry.oddity);
      return !entry.oddity;
    });
}

/** Everything below a folder whose name looks like data. Hidden folders and `node_modules` are passed over. */
async function walk(root: string, below: string, findings: Findings): Promise<Entry[]> {
  const folder = path.join(root, below);
  const entries = await guarded(folder, findings, () => readdir(folder, { withFileTypes: true }));
  const found: Entry[] = [];
  for (const entry of (entries ?? []).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const name = below ? `${below}/${entry.name}` : entry.name;
    const format = guessFormat(name);
    if (format) found.push({ name, format, oddity: oddityOf(entry) });
    else if (entry.isSymbolicLink()) await refuseFolderLink(path.join(root, name), findings);
    if (entry.isDirectory()) found.push(...(await walk(root, name, findings)));
  }
  return found;
}

function oddityOf(entry: { isFile(): boolean; isSymbolicLink(): boolean; isDirectory(): boolean }): string | undefined {
  if (entry.isFile()) return undefined;
  if (entry.isSymbolicLink()) return 'This link is not followed; name the file it leads to as a source of its own.';
  return entry.isDirectory() ? 'This path is a folder, not a file.' : 'This path is neither a file nor a folder.';
}

async function refuseFolderLink(link: string, findings: Findings): Promise<void> {
  const target = await stat(link).catch(() => undefined);
  if (target && !target.isDirectory()) return;
  findings.error(
    { file: link, line: 1 },
    target
      ? 'This link is not followed; name the folder it leads to as a source of its own.'
      : 'This link leads nowhere or back to itself.',
  );
}

/** SHA-256 (hexadecimal) and size of a file's bytes; `undefined` after a problem. */
export async function digest(file: Content, findings: Findings): Promise<FileDigest | undefined> {
  return guarded(file.path, findings, async () => {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of bytesOf(file)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { file: file.path, sha256: hash.digest('hex'), bytes };
  });
}
