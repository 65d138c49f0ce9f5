/**
 * Loading a dataset: finds the files of every source, reads each in its format and checks the whole. Bad input never
 * throws and never vanishes; whatever is left out of the dataset is among the problems.
 */
import { createHash } from 'node:crypto';
import type { FileMemory } from './file-memory';
import { digest, type FileDigest, findFiles } from './files';
import { readQa } from './formats/qa';
import { readSquad } from './formats/squad';
import { readTable } from './formats/table';
import { readText } from './formats/text';
import { readWiki } from './formats/wiki';
import { defaultLineLimit } from './lines';
import type { Dataset, Problem } from './model';
import { byPlace, Findings, guarded } from './problem';
import type { DatasetSource, Format, InputFile } from './source';
import { settle } from './validate';

export interface LoadOptions {
  /** Longest line (and longest file of a format that is read as a whole) in bytes; 64 MiB if left out. */
  limit?: number;
  /** Texts that editors hold unsaved, under the paths of their files. */
  unsaved?: ReadonlyMap<string, string>;
  /** Spares reading files again that have not changed since. */
  memory?: FileMemory;
}

export interface LoadedDataset {
  dataset: Dataset;
  /** Ordered by place. With an error among them the dataset is incomplete. */
  problems: Problem[];
  /** SHA-256 over the names below their sources and the contents of all files read, in hexadecimal. */
  hash: string;
  files: FileDigest[];
}

type Reader = (file: InputFile, findings: Findings) => Promise<void>;

const readers: Record<Format, Reader> = {
  wiki: readWiki,
  qa: readQa,
  text: readText,
  squad: readSquad,
  table: readTable,
};

export async function loadDataset(
  sources: readonly DatasetSource[],
  options: LoadOptions = {},
): Promise<LoadedDataset> {
  const findings = new Findings();
  const files: FileDigest[] = [];
  const parts: string[] = [];
  for (const source of sources) {
    for (const found of await findFiles(source, options.limit ?? defaultLineLimit, findings)) {
      const file = { ...found, text: options.unsaved?.get(found.path) };
      const content = await digest(file, findings);
      if (!content) continue;
      files.push(content);
      parts.push(`${file.name}\0${content.sha256}\n`);
      if (content.bytes === 0) findings.warning({ file: file.path, line: 1 }, 'This file is empty.');
      else await guarded(file.path, findings, async () => findings.add(await foundIn(file, content, options.memory)));
    }
  }
  const dataset = settle(findings);
  const hash = createHash('sha256').update(parts.sort().join('')).digest('hex');
  return { dataset, problems: findings.problems.sort(byPlace), hash, files };
}

async function foundIn(file: InputFile, { sha256 }: FileDigest, memory?: FileMemory): Promise<Findings> {
  const read = async () => {
    const found = new Findings();
    await readers[file.format](file, found);
    return found;
  };
  return memory ? memory.of(file, sha256, read) : read();
}
