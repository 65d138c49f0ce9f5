/**
 * A checkpoint of a family that is not built here, as the torch engine leaves it: its own files are what other programs
 * load, so they are copied as they are.
 */
import { existsSync } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors';
import { adapterFiles, holdsAdapter, readAdapterConfig } from '../model/adapter-file';
import { explained } from '../model/files';
import { sizeOf } from '../model/parameters';
import { readEntries, weightsIndexFile } from '../model/weights';
import type { Piece } from './export';
import type { ExportForm } from './export-forms';

/** @throws UserError for a form that would need the model to be understood */
export async function foreignPiece(folder: string, family: string, form: ExportForm): Promise<Piece> {
  const base = (await holdsAdapter(folder)) ? (await readAdapterConfig(folder)).base : undefined;
  const wanted = base ? 'peft' : 'hf';
  if (form !== wanted)
    throw new UserError(
      `${folder} holds ${base ? 'adapters' : 'a model'} of the family ${family}, which leaves as ${wanted} alone.`,
    );
  const files = base ? adapterFiles : await modelFiles(folder);
  const sizes = await Promise.all(files.map(async (name) => (await stat(path.join(folder, name))).size));
  return {
    base,
    about: `${(await countNumbers(base ?? folder)).toLocaleString('en')} parameters, ${family}.`,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    async write(place) {
      for (const name of files) await copy(path.join(folder, name), path.join(place, name));
    },
  };
}

const copy = (from: string, to: string) => explained(to, 'written', copyFile(from, to));

/** Config and weights, in one file or in several. */
async function modelFiles(folder: string): Promise<string[]> {
  const parts = Array.from((await readEntries(folder)).values(), ({ file }) => path.basename(file));
  const others = ['config.json', 'generation_config.json', weightsIndexFile];
  return [...new Set(parts), ...others.filter((name) => existsSync(path.join(folder, name)))];
}

async function countNumbers(folder: string): Promise<number> {
  return [...(await readEntries(folder)).values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
