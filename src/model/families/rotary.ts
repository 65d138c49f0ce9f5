/** How `config.json` says how rotary positions turn, and how they are stretched. */
import { z } from 'zod';
import type { ModelConfig, RopeScaling } from '../config';
import { count, FieldError } from './family';

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
