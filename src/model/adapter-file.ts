/** Adapters in the files that PEFT reads and writes: `adapter_config.json` and `adapter_model.safetensors`. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors';
import type { Lora, ModelConfig } from './config';
import { readJson, writeJson } from './files';
import { isTransposed } from './lora';
import { type Parameter, trainedParameters } from './parameters';
import { readHeader, writeSafetensors } from './safetensors';
import { readWeight, type Weights } from './weights';

const configFile = 'adapter_config.json';
export const adapterWeightsFile = 'adapter_model.safetensors';
export const adapterFiles = [adapterWeightsFile, configFile];

/** What PEFT puts before the name of every weight. */
const stored = (name: string) => `base_model.model.${name}`;

const schema = z.looseObject({
  peft_type: z.literal('LORA'),
  base_model_name_or_path: z.string().min(1),
  r: z.number().int().positive(),
  lora_alpha: z.number().positive(),
  target_modules: z.array(z.string()).min(1),
  lora_dropout: z.number().nullish(),
  bias: z.literal('none').nullish(),
});

/** Fields that say how the adapter was begun or written, or repeat what the base says; not what it computes. */
const descriptive = new Set([
  'auto_mapping',
  'fan_in_fan_out',
  'inference_mode',
  'init_lora_weights',
  'megatron_core',
  'peft_version',
  'qalora_group_size',
  'revision',
  'task_type',
]);

/** Whether a folder holds adapters in place of a model. */
export async function holdsAdapter(folder: string): Promise<boolean> {
  return stat(path.join(folder, configFile)).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The folder of the model: that which adapters are of, where it holds these. Throws as reading them does. */
export async function modelUnder(folder: string): Promise<string> {
  return (await holdsAdapter(folder)) ? (await readAdapterConfig(folder)).base : folder;
}

/** Throws a UserError that names the field of an option that would change the numbers and is not built here. */
export async function readAdapterConfig(folder: string): Promise<Lora> {
  const file = path.join(folder, configFile);
  const result = schema.safeParse(await readJson(file));
  if (!result.success) {
    const { path: at, message } = result.error.issues[0];
    throw new UserError(`${file}: field "${at.join('.')}" is not supported: ${message}.`);
  }
  const other = Object.entries(result.data).find(
    ([field, value]) => !(field in schema.shape) && !descriptive.has(field) && !isOff(value),
  );
  if (other) throw new UserError(`${file}: field "${other[0]}" is an option that is not supported.`);
  const { r, lora_alpha, target_modules, base_model_name_or_path } = result.data;
  return { rank: r, alpha: lora_alpha, targets: target_modules, base: path.resolve(folder, base_model_name_or_path) };
}

const isOff = (value: unknown) =>
  value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0);

/** Opens the adapters of a model whose config has them. Throws a UserError that names what is missing or misshapen. */
export async function openAdapter(folder: string, config: ModelConfig): Promise<Weights> {
  const file = path.join(folder, adapterWeightsFile);
  const { tensors } = await readHeader(file);
  const parameters = trainedParameters(config);
  const entryOf = (name: string) => {
    const entry = tensors.get(stored(name));
    if (!entry) throw new UserError(`${file} has no tensor "${stored(name)}".`);
    return entry;
  };
  for (const { name, shape } of parameters) {
    const found = entryOf(name).shape;
    if (String(found) !== String(shape))
      throw new UserError(
        `${file}: tensor "${stored(name)}" has shape [${found.join(', ')}], but ${configFile} makes it [${shape.join(', ')}].`,
      );
  }
  const expected = new Set(parameters.map(({ name }) => stored(name)));
  const other = [...tensors.keys()].find((name) => !expected.has(name));
  if (other) throw new UserError(`${file}: tensor "${other}" is no part of the adapter that ${configFile} describes.`);
  return { entries: tensors, read: (name) => readWeight(entryOf(name)) };
}

/** Adapters as their files describe them. */
export interface Adapters {
  lora: Lora;
  parameters: readonly Parameter[];
  /** Whether the modules that they adapt hold their matrices as [inputs, outputs]. */
  transposed: boolean;
}

/** Those of a model of a family that is built here. */
export function adaptersIn(config: ModelConfig & { lora: Lora }): Adapters {
  return { lora: config.lora, parameters: trainedParameters(config), transposed: isTransposed(config) };
}

/** Writes both files into an existing folder, the weights first. */
export async function writeAdapter(
  folder: string,
  { lora, parameters, transposed }: Adapters,
  weights: { get(name: string): Float32Array | undefined },
): Promise<void> {
  const tensors = parameters.map(({ name, shape }) => ({
    name: stored(name),
    shape,
    data: weights.get(name)!,
  }));
  await writeSafetensors(path.join(folder, adapterWeightsFile), tensors);
  const { rank, alpha, targets, base } = lora;
  await writeJson(path.join(folder, configFile), {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: targets,
    bias: 'none',
    fan_in_fan_out: transposed,
    inference_mode: true,
  });
}
