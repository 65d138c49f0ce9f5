/** A checkpoint as other programs load it: whole, as a graph, or as adapters, each with a model card. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeOnnxModel } from '../engine/onnx/exported-files';
import { UserError } from '../errors';
import { foreignFamily } from '../model/facts';
import { explained } from '../model/files';
import { copyTokenizer, type Model, readModel, writeModel, writeWhole } from '../model/folder';
import { writeGenerationConfig } from '../model/generation-config';
import { merged } from '../model/merge';
import { makeNewFolder } from '../model/new-folder';
import { countNumbers, countParameters, trainedParameters } from '../model/parameters';
import type { RunFolder } from '../run/folder';
import { foreignPiece } from './export-foreign';
import { type ExportForm, exportForms } from './export-forms';
import { modelCard } from './model-card';
import { readAll } from '../model/weights';

/** What is written beside tokenizer and card. */
export interface Piece {
  bytes: number;
  write: (place: string) => Promise<void>;
  /** What the model is, in a sentence. */
  about: string;
  /** Folder of the model that adapters were trained of. */
  base?: string;
}

/**
 * @param from the checkpoint and, where it is of a run, the run
 * @throws UserError where the folder is used, or a model without adapters shall be written as adapters
 */
export async function exportModel(
  { folder, run }: { folder: string; run?: RunFolder },
  to: string,
  form: ExportForm,
): Promise<void> {
  const family = await foreignFamily(folder);
  const piece = family ? await foreignPiece(folder, family, form) : await pieceOf(folder, form);
  const card = await modelCard({ ...piece, folder, run, library: exportForms[form].library });
  await makeNewFolder(to, piece.bytes, async (place) => {
    await piece.write(place);
    await copyTokenizer(folder, place);
    await explained(to, 'written', writeFile(path.join(place, 'README.md'), card));
  });
}

async function pieceOf(folder: string, form: ExportForm): Promise<Piece> {
  const model = await readModel(folder);
  const { config } = model;
  if (form === 'peft' && !config.lora)
    throw new UserError(`${folder} has no adapters: all of its weights were trained; export it as hf.`);
  const written = form === 'peft' ? model : merged(model);
  return {
    bytes: Float32Array.BYTES_PER_ELEMENT * countNumbers(trainedParameters(written.config)),
    write: (place) => writers[form](place, written),
    about: `${countParameters(config).toLocaleString('en')} parameters, ${config.family}.`,
    base: config.lora?.base,
  };
}

const writers: Record<ExportForm, (place: string, model: Model) => Promise<void>> = {
  onnx: writeOnnxModel,
  async hf(place, model) {
    await writeWhole(place, model);
    await writeGenerationConfig(place, model.config);
  },
  async peft(place, { config, weights }) {
    await writeModel(place, config, await readAll(config, weights));
  },
};
