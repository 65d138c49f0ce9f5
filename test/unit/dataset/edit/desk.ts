/** Datasets in temporary folders, edited and read again, and edits turned round. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Change, FileEdit } from '../../../../src/dataset/edit/change';
import { editDataset } from '../../../../src/dataset/edit/edit';
import { applyEdits, merged, type TextEdit } from '../../../../src/dataset/edit/text';
import { findFiles } from '../../../../src/dataset/files';
import { defaultLineLimit } from '../../../../src/dataset/lines';
import { loadDataset, type LoadedDataset } from '../../../../src/dataset/load';
import { Findings } from '../../../../src/dataset/problem';
import type { DatasetSource } from '../../../../src/dataset/source';
import { inFolder } from '../folder';

export type Texts = Record<string, string>;

export interface Outcome {
  /** What every file of the folder holds afterwards, those that are new or gone included. */
  texts: Texts;
  before: LoadedDataset;
  after: LoadedDataset;
  edits: FileEdit[];
}

/** @param change one, or one that depends on what was read */
export function edited(
  files: Texts,
  change: Change | ((loaded: LoadedDataset) => Change),
  source: Partial<DatasetSource> = {},
): Promise<Outcome> {
  return inFolder(files, async (folder) => {
    const sources = [{ ...source, path: path.join(folder, source.path ?? '') }];
    const before = await loadDataset(sources);
    const desk = {
      dataset: before.dataset,
      sources,
      files: await findFiles(sources[0], defaultLineLimit, new Findings()),
      read: (file: string) => Promise.resolve(readFileSync(file, 'utf8')),
    };
    const edits = await editDataset(desk, typeof change === 'function' ? change(before) : change);
    edits.forEach(make);
    const names = [...Object.keys(files), ...edits.map(({ file }) => path.relative(folder, file))];
    const texts = Object.fromEntries([...new Set(names)].flatMap((name) => entry(folder, name)));
    return { texts, before, after: await loadDataset(sources), edits };
  });
}

function make(edit: FileEdit): void {
  if (edit.kind === 'delete') return rmSync(edit.file);
  mkdirSync(path.dirname(edit.file), { recursive: true });
  if (edit.kind === 'create') writeFileSync(edit.file, edit.text, { flag: 'wx' });
  else writeFileSync(edit.file, applyEdits(readFileSync(edit.file, 'utf8'), edit.edits));
}

function entry(folder: string, name: string): [string, string][] {
  try {
    return [[name, readFileSync(path.join(folder, name), 'utf8')]];
  } catch {
    return [];
  }
}

/** The edits that lead back, for the text that these lead to. */
export function inverseOf(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return merged(edits).map(({ start, end, text: written }) => {
    const from = start + shift;
    shift += written.length - (end - start);
    return { start: from, end: from + written.length, text: text.slice(start, end) };
  });
}
