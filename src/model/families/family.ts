/** What a family of published models says about itself, and the fields that several of them share. */
import { z } from 'zod';
import type { ModelConfig, RopeScaling } from '../config';

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

export const tokens = {
  bos_token_id: token.nullish(),
  eos_token_id: z.union([token, z.array(token).min(1)]).nullish(),
  pad_token_id: z.number().int().nullish(),
};

const rope = z
  .strictObject({
    rope_type: z.enum(['default', 'linear', 'llama3']).optional(),
    type: z.enum(['default', 'linear', 'llama3']).optional(),
    rope_theta: z.number().positive().optional(),
    partial_rotary_factor: z.number().positive().max(1).optional(),
    factor: z.number().positive().optional(),
    low_freq_factor: z.number().positive().optional(),
    high_freq_factor: z.number().positive().optional(),
    original_max_position_embeddings: count.optional(),
  })
  .nullish();

/** Rotary positions in their old places and their new one. */
export const rotary = {
  rope_theta: z.number().positive().optional(),
  rope_parameters: rope,
  rope_scaling: rope,
};

type Rotary = z.infer<z.ZodObject<typeof rotary>>;

/** @throws FieldError for a number that its kind of scaling needs, or does not know */
export function readRotary(json: Rotary): Pick<ModelConfig, 'ropeTheta' | 'ropeScaling'> & { share: number } {
  const field = json.rope_parameters ? 'rope_parameters' : 'rope_scaling';
  const given = json[field] ?? {};
  const scaling = readScaling(given, field);
  return {
    ropeTheta: given.rope_theta ?? json.rope_theta ?? 10000,
    ...(scaling && { ropeScaling: scaling }),
    share: given.partial_rotary_factor ?? 1,
  };
}

const scalingFields = {
  default: [],
  linear: ['factor'],
  llama3: ['factor', 'low_freq_factor', 'high_freq_factor', 'original_max_position_embeddings'],
} as const;

function readScaling(given: NonNullable<z.infer<typeof rope>>, field: string): RopeScaling | undefined {
  const kind = given.rope_type ?? given.type ?? 'default';
  const wanted: readonly (keyof typeof given)[] = scalingFields[kind];
  for (const name of scalingFields.llama3) {
    if (wanted.includes(name) && given[name] === undefined)
      throw new FieldError(`${field}.${name}`, `is missing, which ${kind} scaling needs`);
    if (!wanted.includes(name) && given[name] !== undefined)
      throw new FieldError(`${field}.${name}`, `is ${given[name]}, but ${kind} rotary positions have none`);
  }
  const factor = given.factor!;
  if (kind === 'linear') return { kind, factor };
  if (kind === 'default') return undefined;
  return {
    kind,
    factor,
    lowFactor: given.low_freq_factor!,
    highFactor: given.high_freq_factor!,
    originalPositions: given.original_max_position_embeddings!,
  };
}

export function writeRotary({ ropeTheta, ropeScaling }: ModelConfig): Record<string, unknown> {
  if (!ropeScaling) return { rope_theta: ropeTheta };
  const { kind, factor } = ropeScaling;
  const further = kind === 'llama3' && {
    low_freq_factor: ropeScaling.lowFactor,
    high_freq_factor: ropeScaling.highFactor,
    original_max_position_embeddings: ropeScaling.originalPositions,
  };
  return { rope_theta: ropeTheta, rope_scaling: { rope_type: kind, factor, ...further } };
}

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
