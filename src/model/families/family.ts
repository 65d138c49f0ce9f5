/** What a family of published models says about itself, and the fields that several of them share. */
import { z } from 'zod';
import type { ModelConfig } from '../config';

/** One family: how its `config.json` is read and written, and where its tensors hold each weight. */
export interface Family {
  /** The class of `transformers`. */
  architecture: string;
  /** Fields that decide the numbers; everything else that is switched on is refused. */
  fields: z.ZodObject;
  /** @param json as `fields` has let it through. @throws FieldError */
  read(json: never): ModelConfig;
  /** The fields that say it again. */
  write(config: ModelConfig): Record<string, unknown>;
  /** Where a weight stands in a checkpoint; left out where it stands under its own name, whole. */
  stored?(name: string, config: ModelConfig): Stored;
  /** Tensors that some programs store although they follow from the rest. */
  redundant?: RegExp;
}

/** Where a weight stands in a checkpoint. */
export interface Stored {
  tensor: string;
  /** Outputs of the whole tensor; those of the weight unless given. */
  outputs?: number;
  /** Which of the tensor's outputs are those of the weight, in order; all unless given. */
  rows?: readonly number[];
  /** Whether a matrix stands as [inputs, outputs]. */
  transposed?: boolean;
}

/** A field that contradicts others. */
export class FieldError extends Error {
  constructor(
    readonly field: string,
    readonly why: string,
  ) {
    super(`${field} ${why}`);
  }
}

export const count = z.number().int().positive();
export const token = z.number().int().min(0);
export const off = z.literal(false).nullish();
/** Models are trained without dropout here, whatever they were trained with before. */
export const dropout = z.number().nullish();

/** The fields of sizes, as most families call them. */
export const sizes = {
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
};

/** What every family says of a model in a field of its own, and how most call it. */
export const plainNames = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  intermediateSize: 'intermediate_size',
  layers: 'num_hidden_layers',
  heads: 'num_attention_heads',
  maxPositions: 'max_position_embeddings',
  normEpsilon: 'layer_norm_eps',
  tiedEmbeddings: 'tie_word_embeddings',
};

type PlainNames = typeof plainNames;

/** @param json as a family's `fields` have let it through */
export function readPlain(json: object, names: PlainNames): Pick<ModelConfig, keyof PlainNames> {
  const values = json as Record<string, unknown>;
  const read = Object.entries(names).map(([name, field]) => [name, values[field]]);
  return Object.fromEntries(read) as Pick<ModelConfig, keyof PlainNames>;
}

export function writePlain(config: ModelConfig, names: PlainNames): Record<string, unknown> {
  return Object.fromEntries(Object.entries(names).map(([name, field]) => [field, config[name as keyof PlainNames]]));
}

/** GELU, and the two names of what comes close to it. */
export const gelus = { gelu: 'gelu', gelu_new: 'gelu tanh', gelu_pytorch_tanh: 'gelu tanh' } as const;
export const gelu = z.enum(Object.keys(gelus) as (keyof typeof gelus)[]);
export const writeGelu = ({ block }: ModelConfig) => (block.mlp === 'gelu' ? 'gelu' : 'gelu_new');

export const tokens = {
  bos_token_id: token.nullish(),
  eos_token_id: z.union([token, z.array(token).min(1)]).nullish(),
  pad_token_id: z.number().int().nullish(),
};

/** A field that holds one token or several. */
export function listOf(tokens: number | number[] | null | undefined): number[] | undefined {
  return tokens == null ? undefined : [tokens].flat();
}

/** The first of several end tokens also begins a text where a model has nothing of its own for that. */
export function readTokens(
  json: z.infer<z.ZodObject<typeof tokens>>,
  usual: { bos?: number; eos?: number },
): Pick<ModelConfig, 'bosToken' | 'eosToken' | 'padToken' | 'stopTokens'> {
  const stopTokens = listOf(json.eos_token_id ?? usual.eos);
  if (!stopTokens) throw new FieldError('eos_token_id', 'is missing');
  const [eosToken] = stopTokens;
  const pad = json.pad_token_id ?? -1;
  return {
    bosToken: json.bos_token_id ?? usual.bos ?? eosToken,
    eosToken,
    padToken: pad < 0 ? eosToken : pad,
    stopTokens,
  };
}

export function writeTokens({ bosToken, eosToken, padToken, stopTokens }: ModelConfig) {
  const ends = [...new Set([eosToken, ...stopTokens])];
  return { bos_token_id: bosToken, eos_token_id: ends.length === 1 ? eosToken : ends, pad_token_id: padToken };
}
