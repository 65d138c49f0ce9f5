/**
 * The shape of a decoder and its standard form, a Hugging Face `config.json` of `LlamaConfig`. Reading is strict: an
 * option that would change the numbers and is not built here is refused by name, never ignored.
 */
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors';
import { readJson } from './files';

/** The shape of a decoder, in the field names of a Hugging Face `config.json` turned into plain terms. */
export interface ModelConfig {
  /** Only `llama` for now: RMSNorm, rotary positions, grouped-query attention, SwiGLU. */
  family: 'llama';
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headSize: number;
  /** Longest sequence, in tokens. */
  maxPositions: number;
  ropeTheta: number;
  normEpsilon: number;
  tiedEmbeddings: boolean;
  bosToken: number;
  eosToken: number;
  padToken: number;
}

const count = z.number().int().positive();
const token = z.number().int().min(0);
const off = z.literal(false).nullish();
const noDropout = z.literal(0).nullish();

const rope = z
  .strictObject({
    rope_type: z.literal('default').optional(),
    type: z.literal('default').optional(),
    rope_theta: z.number().positive().optional(),
    partial_rotary_factor: z.literal(1).optional(),
  })
  .nullish();

/** Fields that decide the numbers. Defaults are those of `LlamaConfig`. */
const shape = z.object({
  model_type: z.literal('llama'),
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  max_position_embeddings: count.default(2048),
  rope_theta: z.number().positive().optional(),
  rope_parameters: rope,
  rope_scaling: rope,
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  bos_token_id: token.nullish(),
  eos_token_id: z.union([token, z.array(token).min(1)]).nullish(),
  pad_token_id: z.number().int().nullish(),
  hidden_act: z.literal('silu').default('silu'),
  attention_bias: off,
  mlp_bias: off,
  attention_dropout: noDropout,
});

/** Fields that describe the file, the program that wrote it or its run-time settings, not the model. */
const descriptive = new Set([
  'architectures',
  'dtype',
  'initializer_range',
  'is_llama_config',
  'pretraining_tp',
  'torch_dtype',
  'transformers.js_config',
  'transformers_version',
  'unsloth_fixed',
  'unsloth_version',
  'use_cache',
]);

/** Reads `config.json` of a model folder. Throws a UserError that names the file and the field. */
export async function readConfig(folder: string): Promise<ModelConfig> {
  const file = path.join(folder, 'config.json');
  return configFromJson(await readJson(file), file);
}

/** The shape that a parsed `config.json` describes; `file` is named in errors. */
export function configFromJson(json: unknown, file: string): ModelConfig {
  const result = shape.safeParse(json);
  if (!result.success) throw refusal(file, json, result.error.issues[0]);
  refuseUnknown(json as Record<string, unknown>, file);
  return checked(toConfig(result.data), file);
}

/** What `transformers` loads as a `LlamaForCausalLM`; the inverse of configFromJson. */
export function configToJson(config: ModelConfig): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headSize,
    max_position_embeddings: config.maxPositions,
    rope_theta: config.ropeTheta,
    rms_norm_eps: config.normEpsilon,
    tie_word_embeddings: config.tiedEmbeddings,
    bos_token_id: config.bosToken,
    eos_token_id: config.eosToken,
    pad_token_id: config.padToken,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    attention_dropout: 0,
    torch_dtype: 'float32',
    use_cache: true,
  };
}

function toConfig(json: z.infer<typeof shape>): ModelConfig {
  const eos = json.eos_token_id ?? 2;
  const eosToken = Array.isArray(eos) ? eos[0] : eos;
  const pad = json.pad_token_id ?? -1;
  return {
    family: json.model_type,
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    intermediateSize: json.intermediate_size,
    layers: json.num_hidden_layers,
    heads: json.num_attention_heads,
    kvHeads: json.num_key_value_heads ?? json.num_attention_heads,
    headSize: json.head_dim ?? json.hidden_size / json.num_attention_heads,
    maxPositions: json.max_position_embeddings,
    ropeTheta: json.rope_parameters?.rope_theta ?? json.rope_theta ?? 10000,
    normEpsilon: json.rms_norm_eps,
    tiedEmbeddings: json.tie_word_embeddings,
    bosToken: json.bos_token_id ?? 1,
    eosToken,
    padToken: pad < 0 ? eosToken : pad,
  };
}

/** Relations between fields that the format can't express. */
function checked(config: ModelConfig, file: string): ModelConfig {
  const fail = (field: string, why: string) => new UserError(`${file}: field "${field}" ${why}.`);
  if (config.heads % config.kvHeads !== 0) {
    throw fail('num_key_value_heads', `must divide num_attention_heads (${config.heads}), but is ${config.kvHeads}`);
  }
  if (!Number.isInteger(config.headSize)) {
    throw fail('num_attention_heads', `must divide hidden_size (${config.hiddenSize}) where head_dim is missing`);
  }
  if (config.headSize % 2 !== 0) throw fail('head_dim', `must be even for rotary positions, but is ${config.headSize}`);
  for (const [field, id] of Object.entries(specialTokens(config))) {
    if (id >= config.vocabSize) throw fail(field, `is ${id}, beyond the vocabulary of ${config.vocabSize}`);
  }
  return config;
}

const specialTokens = (config: ModelConfig) => ({
  bos_token_id: config.bosToken,
  eos_token_id: config.eosToken,
  pad_token_id: config.padToken,
});

function refuseUnknown(json: Record<string, unknown>, file: string): void {
  for (const [field, value] of Object.entries(json)) {
    const harmless = field in shape.shape || descriptive.has(field) || field.startsWith('_');
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
