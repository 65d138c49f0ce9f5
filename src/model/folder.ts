/**
 * A model folder in the standard layout that `transformers` loads: `config.json`, `model.safetensors` (or its parts),
 * `tokenizer.json`, `tokenizer_config.json` and `generation_config.json`. A bare model is the first two of these.
 */
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../make-folder';
import { adaptersIn, holdsAdapter, openAdapter, readAdapterConfig, writeAdapter } from './adapter-file';
import type { Lora, ModelConfig } from './config';
import { configToJson, readConfig } from './config-file';
import { type ModelFacts, readFacts } from './facts';
import { explained, writeJson } from './files';
import { writeGenerationConfig } from './generation-config';
import { isAdapter } from './lora';
import { writeSafetensors } from './safetensors';
import { join, tensorsOf } from './stored';
import { loadTokenizer, type Tokenizer } from './tokenizer';
import { writeTokenizer, type TokenizerFile } from './tokenizer-file';
import { openWeights, readEntries, weightsFile, type Weights } from './weights';

export interface Model {
  config: ModelConfig;
  weights: Weights;
}

/**
 * Reads config and headers, and checks that they agree; of a folder with adapters, those of the model that they adapt
 * too. Throws a UserError that names the file at fault.
 */
export async function readModel(folder: string): Promise<Model> {
  if (await holdsAdapter(folder)) return readAdapted(folder);
  const config = await readConfig(folder);
  return { config, weights: await openWeights(folder, config) };
}

async function readAdapted(folder: string): Promise<Model> {
  const lora = await readAdapterConfig(folder);
  const base = await readModel(lora.base);
  const config = { ...base.config, lora };
  const adapter = await openAdapter(folder, config);
  const read = (name: string) => (isAdapter(name) ? adapter : base.weights).read(name);
  return { config, weights: { entries: new Map([...base.weights.entries, ...adapter.entries]), read } };
}

/** Opens what training has changed: the adapters of a model that has some, else its weights. */
export function openTrained(folder: string, config: ModelConfig): Promise<Weights> {
  return config.lora ? openAdapter(folder, config) : openWeights(folder, config);
}

/**
 * Reads a model with its tokenizer, whose every token must have an embedding. Generation ends at the tokenizer's end
 * token too, which is what training puts behind an answer.
 */
export async function readModelFolder(folder: string): Promise<Model & { tokenizer: Tokenizer }> {
  const model = await readModel(folder);
  const tokenizer = await loadTokenizer(folder, model.config);
  checkTokenizer(tokenizer, model.config, folder);
  return { ...model, config: endingAlso(model.config, tokenizer), tokenizer };
}

/** A model of any family, of which only the facts and the headers of the weights are known. */
export interface AnyModel {
  facts: ModelFacts;
  /** Without adapters. */
  tensors: Weights['entries'];
  /** What the folder holds, where that is adapters of the model. */
  lora?: Lora;
}

/** The same of any family. */
export async function readAnyModelFolder(folder: string): Promise<AnyModel & { tokenizer: Tokenizer }> {
  const lora = (await holdsAdapter(folder)) ? await readAdapterConfig(folder) : undefined;
  const base = lora?.base ?? folder;
  const facts = await readFacts(base);
  const tensors = await readEntries(base);
  const tokenizer = await loadTokenizer(folder, facts);
  checkTokenizer(tokenizer, facts, folder);
  return { facts: endingAlso(facts, tokenizer), tensors, lora, tokenizer };
}

function endingAlso<T extends Pick<ModelConfig, 'stopTokens'>>(model: T, { eos }: Tokenizer): T {
  return { ...model, stopTokens: [...new Set([...model.stopTokens, eos])] };
}

/** Embeddings may have rows to spare, as many published models do, but no token may lack one. */
export function checkTokenizer({ vocabSize }: Tokenizer, config: Pick<ModelFacts, 'vocabSize'>, folder: string): void {
  if (vocabSize > config.vocabSize) {
    throw new UserError(
      `${folder}: the tokenizer has ${vocabSize} entries, but the model embeds only ${config.vocabSize}.`,
    );
  }
}

/**
 * Writes `config.json` and `model.safetensors` into an existing folder, the weights first; of a model with adapters
 * these alone.
 */
export async function writeModel(
  folder: string,
  config: ModelConfig,
  weights: { get(name: string): Float32Array | undefined },
): Promise<void> {
  const { lora } = config;
  if (lora) return writeAdapter(folder, adaptersIn({ ...config, lora }), weights);
  await writeWhole(folder, { config, weights: { read: async (name) => weights.get(name)! } });
}

/** The same of a model without adapters whose weights are read one after the other, so that memory holds one of them. */
export async function writeWhole(
  folder: string,
  { config, weights }: { config: ModelConfig; weights: Pick<Weights, 'read'> },
): Promise<void> {
  const tensors = tensorsOf(config).map((tensor) => ({
    ...tensor,
    async *data() {
      const values = new Map<string, Float32Array>();
      for (const { name } of tensor.members) values.set(name, await weights.read(name));
      yield join(tensor, config, (name) => values.get(name)!);
    },
  }));
  await writeSafetensors(path.join(folder, weightsFile), tensors);
  await writeJson(path.join(folder, 'config.json'), configToJson(config));
}

/** Writes a whole model folder, made if missing. `tokenizer` is a fresh one, or the folder to copy it from. */
export async function writeModelFolder(
  folder: string,
  model: { config: ModelConfig; weights: ReadonlyMap<string, Float32Array>; tokenizer: TokenizerFile | string },
): Promise<void> {
  await explained(folder, 'written', makeFolder(folder));
  await writeModel(folder, model.config, model.weights);
  if (typeof model.tokenizer === 'string') await copyTokenizer(model.tokenizer, folder);
  else await writeTokenizer(folder, model.tokenizer);
  await writeGenerationConfig(folder, model.config);
}

/** Copies the files that loadTokenizer reads, byte for byte. */
export async function copyTokenizer(from: string, to: string): Promise<void> {
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    await explained(path.join(to, name), 'written', copyFile(path.join(from, name), path.join(to, name)));
  }
}
