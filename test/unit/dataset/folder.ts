/** Temporary folders of files for the dataset tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadDataset, type LoadedDataset, type LoadOptions } from '../../../src/dataset/load';
import type { Dataset, Document, Question } from '../../../src/dataset/model';
import { describeProblem } from '../../../src/dataset/problem';
import type { DatasetSource } from '../../../src/dataset/source';

export type Files = Record<string, string | Uint8Array>;

/** Writes the files into a fresh folder, hands its path over and removes it afterwards. */
export async function inFolder<T>(files: Files, use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pit-dataset-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), content);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Loaded extends LoadedDataset {
  /** The problems in one line each, files below the folder. */
  told: string[];
}

/** Loads a folder made of the files, or one file of it. */
export function loadFiles(
  files: Files,
  source: Partial<DatasetSource> = {},
  options: LoadOptions = {},
): Promise<Loaded> {
  return inFolder(files, async (folder) => {
    const loaded = await loadDataset([{ ...source, path: path.join(folder, source.path ?? '') }], options);
    const told = loaded.problems.map((problem) => describeProblem(problem).replaceAll(`${folder}/`, ''));
    return { ...loaded, told };
  });
}

/** The dataset without the places that it was read from, ordered by id. */
export function content({ documents, questions }: Dataset) {
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  const bare = ({ source: _source, ...rest }: Document | Question) => rest;
  return { documents: [...documents].sort(byId).map(bare), questions: [...questions].sort(byId).map(bare) };
}
