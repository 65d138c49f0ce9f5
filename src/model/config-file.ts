/**
 * A model's `config.json`. Reading is strict: an option that would change the numbers and is not built here is refused
 * by name, never ignored.
 */
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors';
import type { FamilyName, ModelConfig } from './config';
import { families } from './families';
import { type Family, FieldError } from './families/family';
import { readJson } from './files';
import { readStopTokens } from './generation-config';

/** Fields that describe the file, the program that wrote it or its run-time settings, not the model. */
const descriptive = new Set([
  'architectures',
  'dtype',
  'initializer_range',
  'is_llama_config',
  'model_type',
  'pretraining_tp',
  'reorder_and_upcast_attn',
  'torch_dtype',
  'transformers.js_config',
  'transformers_version',
  'unsloth_fixed',
  'unsloth_version',
  'use_cache',
]);
/** What GPT-2's file says of a summary that no language model has, of tasks, and of a size that it has twice. */
const aside = /^(summary_\w+|task_specific_params|n_ctx)$/;

const known = z.object({ model_type: z.enum(Object.keys(families) as [FamilyName, ...FamilyName[]]) });

/**
 * Reads `config.json` of a model folder. Where generation ends, `generation_config.json` says if it is there, as in
 * `transformers`. Throws a UserError that names the file and the field.
 */
export async function readConfig(folder: string): Promise<ModelConfig> {
  const file = path.join(folder, 'config.json');
  const config = configFromJson(await readJson(file), file);
  return { ...config, stopTokens: (await readStopTokens(folder, config)) ?? config.stopTokens };
}

/** The shape that a parsed `config.json` describes; `file` is named in errors. */
export function configFromJson(json: unknown, file: string): ModelConfig {
  const family = families[parse(known, json, file).model_type];
  const fields = parse(family.fields, json, file);
  refuseUnknown(json as Record<string, unknown>, family, file);
  try {
    return checked(family.read(fields as never));
  } catch (error) {
    if (error instanceof FieldError) throw new UserError(`${file}: field "${error.field}" ${error.why}.`);
    throw error;
  }
}

/** What `transformers` loads as the family's class; the inverse of configFromJson. */
export function configToJson(config: ModelConfig): Record<string, unknown> {
  const { architecture, write } = families[config.family];
  return {
    architectures: [architecture],
    model_type: config.family,
    ...write(config),
    torch_dtype: 'float32',
    use_cache: true,
  };
}

function parse<Fields extends z.ZodObject>(fields: Fields, json: unknown, file: string): z.infer<Fields> {
  const result = fields.safeParse(json);
  if (!result.success) throw refusal(file, json, result.error.issues[0]);
  return result.data;
}

/** Relations between fields that the format can't express. */
function checked(config: ModelConfig): ModelConfig {
  if (config.heads % config.kvHeads !== 0) {
    throw new FieldError(
      'num_key_value_heads',
      `must divide num_attention_heads (${config.heads}), but is ${config.kvHeads}`,
    );
  }
  if (!Number.isInteger(config.headSize)) {
    throw new FieldError(
      'num_attention_heads',
      `must divide hidden_size (${config.hiddenSize}) where head_dim is missing`,
    );
  }
  if (config.headSize % 2 !== 0)
    throw new FieldError('head_dim', `must be even for rotary positions, but is ${config.headSize}`);
  for (const [field, ids] of Object.entries(specialTokens(config))) {
    const beyond = ids.find((id) => id >= config.vocabSize);
    if (beyond !== undefined) throw new FieldError(field, `is ${beyond}, beyond the vocabulary of ${config.vocabSize}`);
  }
  return config;
}

const specialTokens = (config: ModelConfig) => ({
  bos_token_id: [config.bosToken],
  eos_token_id: config.stopTokens,
  pad_token_id: [config.padToken],
});

function refuseUnknown(json: Record<string, unknown>, { fields }: Family, file: string): void {
  for (const [field, value] of Object.entries(json)) {
    const harmless = field in fields.shape || descriptive.has(field) || aside.test(field) || field.startsWith('_');
    const switchedOff = value === null || value === false;
    if (!harmless && !switchedOff) {
      throw new UserError(`${file}: field "${field}" (${show(value)}) is an option that is not supported.`);
    }
  }
}

function refusal(file: string, json: unknown, issue: z.core.$ZodIssue): UserError {
  if (issue.path.length === 0) return new UserError(`${file} must hold a JSON object.`);
  const unknown = issue.code === 'unrecognized_keys' ? [issue.keys[0]] : [];
  const field = [...issue.path, ...unknown].join('.');
  const value = [...issue.path, ...unknown].reduce<unknown>(
    (parent, key) => (parent as Record<PropertyKey, unknown> | undefined)?.[key],
    json,
  );
  if (value === undefined) return new UserError(`${file}: field "${field}" is missing.`);
  return new UserError(`${file}: field "${field}" is ${show(value)}, but ${expectation(issue)}.`);
}

const types: Record<string, string> = { int: 'a whole number', number: 'a number', boolean: 'true or false' };

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `only ${issue.values.map(show).join(' or ')} is supported`;
  if (issue.code === 'unrecognized_keys') return 'this option is not supported';
  if (issue.code === 'too_small') return `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`;
  if (issue.code === 'invalid_type') return `must be ${types[issue.expected] ?? `of type ${issue.expected}`}`;
  return 'has the wrong type';
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
