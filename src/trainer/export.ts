/** A checkpoint as other programs load it: whole, as a graph, or as adapters, each with a model card. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeOnnxModel } from '../engine/onnx/exported-files';
import { UserError } from '../errors';
import { explained } from '../model/files';
import { copyTokenizer, type Model, readModel, writeModel } from '../model/folder';
import { writeGenerationConfig } from '../model/generation-config';
import { merged } from '../model/merge';
import { makeNewFolder } from '../model/new-folder';
import { countNumbers, trainedParameters } from '../model/parameters';
import type { RunFolder } from '../run/folder';
import { type ExportForm, exportForms } from './export-forms';
import { modelCard } from './model-card';
import { readAll } from '../model/weights';

/**
 * @param from the checkpoint and, where it is of a run, the run
 * @throws UserError where the folder is used, or a model without adapters shall be written as adapters
 */
export async function exportModel(
  { folder, run }: { folder: string; run?: RunFolder },
  to: string,
  form: ExportForm,
): Promise<void> {
  const model = await readModel(folder);
  if (form === 'peft' && !model.config.lora)
    throw new UserError(`${folder} has no adapters: all of its weights were trained; export it as hf.`);
  const written = form === 'peft' ? model : merged(model);
  const card = await modelCard({ model, folder, run, library: exportForms[form].library });
  await makeNewFolder(to, bytesOf(written), async (place) => {
    await (form === 'onnx' ? writeOnnxModel(place, written) : writeWeights(written, place));
    await copyTokenizer(folder, place);
    await explained(to, 'written', writeFile(path.join(place, 'README.md'), card));
  });
}

const bytesOf = ({ config }: Model) => Float32Array.BYTES_PER_ELEMENT * countNumbers(trainedParameters(config));

async function writeWeights({ config, weights }: Model, to: string): Promise<void> {
  await writeModel(to, config, await readAll(config, weights));
  if (!config.lora) await writeGenerationConfig(to, config);
}
