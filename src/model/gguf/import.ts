/**
 * Turns a GGUF file into a model folder in the standard layout, weights as F32. Memory holds a part of one tensor at a
 * time. The folder is made under a temporary name beside its place and gets its own at the end, so that nothing
 * half-written ever stands there.
 */
import path from 'node:path';
import { writeTokenizer } from '../tokenizer-file';
import { configToJson } from '../config-file';
import type { ModelConfig } from '../config';
import { writeJson } from '../files';
import { writeGenerationConfig } from '../generation-config';
import { isLicence, writeLicence } from '../licence';
import { makeNewFolder } from '../new-folder';
import { fileOrigin, writeOrigin } from '../origin';
import { sizeOf } from '../parameters';
import { writeSafetensors } from '../safetensors';
import { weightsFile } from '../weights';
import { describe, type Described } from './architectures';
import { CostMeter, type TypeCost } from './cost';
import { readGguf, type GgufFile } from './header';
import { readParts } from './tensors';

/** What an import would make, as the header tells. */
export interface GgufOffer {
  config: ModelConfig;
  license?: string;
  /** Bytes of the GGUF file and of the weights that it would become. */
  size: { file: number; weights: number };
}

export interface Imported {
  /** Bytes of the GGUF file and of the folder's weights. */
  size: { file: number; weights: number };
  costs: TypeCost[];
}

export interface ImportOptions {
  signal?: AbortSignal;
  /** Told how many bytes of the weights have been written, of all. */
  onProgress?: (arrived: { done: number; total: number }) => void;
}

/** Reads no more than the header. @throws UserError if the file can't be imported exactly */
export async function askGguf(file: string): Promise<GgufOffer> {
  const gguf = await readGguf(file);
  const model = await describe(gguf);
  return { config: model.config, license: licenceIn(gguf), size: { file: gguf.size, weights: bytesOf(model) } };
}

/**
 * Writes `folder`, which must be missing or empty. Throws a UserError if the file can't be imported exactly or the
 * system refuses, and the signal's reason if it is aborted; nothing is left behind then.
 */
export async function importGguf(file: string, folder: string, options: ImportOptions = {}): Promise<Imported> {
  const gguf = await readGguf(file);
  const model = await describe(gguf);
  const meter = new CostMeter();
  await makeNewFolder(folder, bytesOf(model), async (place) => {
    await writeTokenizer(place, model.tokenizer);
    await writeGenerationConfig(place, model.config);
    await writeJson(path.join(place, 'config.json'), configToJson(model.config));
    await writeAbout(place, gguf);
    await writeWeights(path.join(place, weightsFile), gguf, model, meter, options);
  });
  const size = { file: gguf.size, weights: bytesOf(model) };
  return { size, costs: meter.costs() };
}

/** Undefined where the metadata name none. */
function licenceIn({ metadata }: GgufFile): string | undefined {
  const license = metadata.get('general.license');
  return isLicence(license) ? license : undefined;
}

/** Licence and origin: the folder outlives the file. */
async function writeAbout(place: string, gguf: GgufFile): Promise<void> {
  const license = licenceIn(gguf);
  if (license)
    await writeLicence(place, license, `Imported from ${path.basename(gguf.file)}, which names this licence.`);
  await writeOrigin(place, await fileOrigin(gguf.file));
}

const bytesOf = ({ weights }: Described) =>
  weights.reduce((sum, { shape }) => sum + sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT, 0);

async function writeWeights(
  target: string,
  gguf: GgufFile,
  model: Described,
  meter: CostMeter,
  { signal, onProgress }: ImportOptions,
): Promise<void> {
  const total = bytesOf(model);
  let done = 0;
  const tensors = model.weights.map(({ source, name, shape, headRows }) => ({
    name,
    shape,
    data: async function* () {
      const tensor = gguf.tensors.get(source)!;
      for await (const part of meter.watch(tensor.type, readParts(gguf, tensor, headRows))) {
        signal?.throwIfAborted();
        yield part;
        onProgress?.({ done: (done += part.byteLength), total });
      }
    },
  }));
  await writeSafetensors(target, tensors);
  signal?.throwIfAborted();
}
