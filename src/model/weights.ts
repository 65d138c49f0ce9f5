/**
 * The weights of a model folder: `model.safetensors`, or the parts that `model.safetensors.index.json` lists. Only
 * headers are read at once; each tensor is read when it is asked for.
 */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors';
import type { ModelConfig } from './config';
import { readJson } from './files';
import { parametersOf } from './parameters';
import { readHeader, readTensor, type TensorEntry } from './safetensors';

export const weightsFile = 'model.safetensors';
const indexFile = `${weightsFile}.index.json`;

/** Weights on disk, by name. */
export interface Weights {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** Numbers of one weight, row-major. Throws a UserError if there is none of that name. */
  read(name: string): Promise<Float32Array>;
}

const indexSchema = z.object({
  weight_map: z.record(
    z.string(),
    z.string().refine((name) => path.basename(name) === name && name !== '..'),
  ),
});

/** Opens a folder's weights. Throws a UserError that names the file that is missing or unsound. */
export async function openWeights(folder: string): Promise<Weights> {
  const single = path.join(folder, weightsFile);
  const index = path.join(folder, indexFile);
  const parts = (await exists(single)) || !(await exists(index)) ? undefined : await readIndex(index);
  const entries = parts ? await readParts(folder, parts) : (await readHeader(single)).tensors;
  return { entries, read: (name) => readTensor(entryOf(entries, name, folder)) };
}

/**
 * Checks that the weights are those of the config, with its shapes, and no others. Throws a UserError that names the
 * first that differs.
 */
export function checkWeights({ entries }: Weights, config: ModelConfig, folder: string): void {
  const expected = new Map(parametersOf(config).map(({ name, shape }) => [name, shape]));
  for (const [name, shape] of expected) {
    const entry = entryOf(entries, name, folder);
    if (String(entry.shape) !== String(shape)) {
      throw new UserError(
        `${entry.file}: tensor "${name}" has shape [${entry.shape.join(', ')}], but config.json makes it [${shape.join(', ')}].`,
      );
    }
  }
  for (const { name, file } of entries.values()) {
    if (!expected.has(name) && !isRedundant(name, config)) {
      throw new UserError(`${file}: tensor "${name}" is no weight of the model that config.json describes.`);
    }
  }
}

/** Tensors that some programs store although they follow from the others. */
const isRedundant = (name: string, { tiedEmbeddings }: ModelConfig) =>
  name.endsWith('.rotary_emb.inv_freq') || (tiedEmbeddings && name === 'lm_head.weight');

function entryOf(entries: ReadonlyMap<string, TensorEntry>, name: string, folder: string): TensorEntry {
  const entry = entries.get(name);
  if (!entry) throw new UserError(`${folder}: the weights have no tensor "${name}".`);
  return entry;
}

/** Which part holds each weight. */
async function readIndex(file: string): Promise<Map<string, string>> {
  const result = indexSchema.safeParse(await readJson(file));
  if (!result.success)
    throw new UserError(`${file}: field "weight_map" must give a file of the same folder for each weight.`);
  return new Map(Object.entries(result.data.weight_map));
}

async function readParts(folder: string, parts: ReadonlyMap<string, string>): Promise<Map<string, TensorEntry>> {
  const headers = new Map<string, ReadonlyMap<string, TensorEntry>>();
  for (const part of new Set(parts.values())) headers.set(part, (await readHeader(path.join(folder, part))).tensors);
  return new Map(
    Array.from(parts, ([name, part]) => [name, entryOf(headers.get(part)!, name, path.join(folder, part))]),
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
