/**
 * The weights of a model folder: `model.safetensors`, or the parts that `model.safetensors.index.json` lists. Only
 * headers are read at once; each tensor is read when it is asked for.
 */
import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors';
import type { ModelConfig } from './config';
import { families, placeOf } from './families';
import { readJson } from './files';
import { notFinite } from './finite';
import { parametersOf } from './parameters';
import { refusePickled } from './pickle';
import { readHeader, readTensor, type TensorEntry } from './safetensors';
import { isWhole, take, tensorsOf } from './stored';

export const weightsFile = 'model.safetensors';
export const weightsIndexFile = `${weightsFile}.index.json`;

/** Weights on disk. */
export interface Weights {
  /** The tensors of the files, by name. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** Numbers of one weight of `parametersOf`, row-major. Throws a UserError if the files have none of that name. */
  read(name: string): Promise<Float32Array>;
  /** The tensor whose bytes are the weight's numbers, where one is: whole, in F32, not transposed. */
  asStored?(name: string): TensorEntry | undefined;
}

const indexSchema = z.object({
  weight_map: z.record(
    z.string(),
    z.string().refine((name) => path.basename(name) === name && name !== '..'),
  ),
});

/**
 * Opens a folder's weights and checks that they are those of the config, with its shapes, and no others. Throws a
 * UserError that names the file that is missing or unsound, or the first tensor that differs.
 */
export async function openWeights(folder: string, config: ModelConfig): Promise<Weights> {
  const entries = withPrefix(await readEntries(folder), config);
  checkTensors(entries, config, folder);
  const parameters = new Map(parametersOf(config).map((parameter) => [parameter.name, parameter]));
  return {
    entries,
    async read(name) {
      const parameter = parameters.get(name);
      if (!parameter) throw new Error(`No weight is called ${name}`);
      const place = placeOf(name, config);
      const entry = entryOf(entries, place.tensor, folder);
      return take(place, parameter, await readWeight(entry));
    },
    asStored(name) {
      const place = placeOf(name, config);
      const entry = entryOf(entries, place.tensor, folder);
      return entry.type === 'F32' && isWhole(place) ? entry : undefined;
    },
  };
}

/** The numbers of one tensor. Throws a UserError if some of them are none. */
export async function readWeight(entry: TensorEntry): Promise<Float32Array> {
  const values = await readTensor(entry);
  const broken = notFinite(values);
  if (broken === undefined) return values;
  throw new UserError(`${entry.file}: tensor "${entry.name}" holds ${broken}; the model is broken.`);
}

/** Headers of a folder's weights. Throws a UserError that names the file that is missing or unsound. */
export async function readEntries(folder: string): Promise<ReadonlyMap<string, TensorEntry>> {
  const single = path.join(folder, weightsFile);
  const index = path.join(folder, weightsIndexFile);
  if (await exists(single)) return (await readHeader(single)).tensors;
  if (await exists(index)) return readParts(folder, partsIn(await readJson(index), index));
  refusePickled(folder, await readdir(folder).catch(() => []));
  return (await readHeader(single)).tensors;
}

/** Some checkpoints were saved without the head, and their names lack what stands before every name of the rest. */
function withPrefix(entries: ReadonlyMap<string, TensorEntry>, config: ModelConfig): ReadonlyMap<string, TensorEntry> {
  const [{ name: first }] = tensorsOf(config);
  const prefix = first.slice(0, first.indexOf('.') + 1);
  const isBare = !entries.has(first) && entries.has(first.slice(prefix.length));
  return isBare ? new Map([...entries].map(([name, entry]) => [prefix + name, entry])) : entries;
}

function checkTensors(entries: ReadonlyMap<string, TensorEntry>, config: ModelConfig, folder: string): void {
  const expected = new Map(tensorsOf(config).map(({ name, shape }) => [name, shape]));
  for (const [name, shape] of expected) {
    const entry = entryOf(entries, name, folder);
    if (String(entry.shape) !== String(shape)) {
      throw new UserError(
        `${entry.file}: tensor "${entry.name}" has shape [${entry.shape.join(', ')}], but config.json makes it [${shape.join(', ')}].`,
      );
    }
  }
  for (const [name, { name: given, file }] of entries) {
    if (!expected.has(name) && !isRedundant(name, config)) {
      throw new UserError(`${file}: tensor "${given}" is no weight of the model that config.json describes.`);
    }
  }
}

/** Tensors that some programs store although they follow from the others. */
function isRedundant(name: string, { family, tiedEmbeddings }: ModelConfig): boolean {
  const isHead = /(^|\.)(lm_head|embed_out)\.weight$/.test(name);
  return (tiedEmbeddings && isHead) || (families[family].redundant?.test(name) ?? false);
}

function entryOf(entries: ReadonlyMap<string, TensorEntry>, name: string, folder: string): TensorEntry {
  const entry = entries.get(name);
  if (!entry) throw new UserError(`${folder}: the weights have no tensor "${name}".`);
  return entry;
}

/** Which part holds each weight, as an index says; `file` is named in errors. */
export function partsIn(json: unknown, file: string): Map<string, string> {
  const result = indexSchema.safeParse(json);
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

/** Every weight of a model, read from its folder. */
export async function readAll(config: ModelConfig, weights: Pick<Weights, 'read'>): Promise<Map<string, Float32Array>> {
  const all = new Map<string, Float32Array>();
  for (const { name } of parametersOf(config)) all.set(name, await weights.read(name));
  return all;
}
