/** How `config.json` says how rotary positions turn, and how they are stretched. */
import { z } from 'zod';
import type { ModelConfig, RopeScaling } from '../config';
import { count, FieldError } from './family';

const number = z.number().positive().optional();
const kinds = z.enum(['default', 'linear', 'llama3', 'yarn']).optional();

const rope = z
  .strictObject({
    rope_type: kinds,
    type: kinds,
    rope_theta: number,
    partial_rotary_factor: z.number().positive().max(1).optional(),
    factor: number,
    low_freq_factor: number,
    high_freq_factor: number,
    beta_fast: number,
    beta_slow: number,
    attention_factor: number,
    original_max_position_embeddings: count.optional(),
  })
  .nullish();

type Given = NonNullable<z.infer<typeof rope>>;

/** Rotary positions in their old places and their new one. */
export const rotary = {
  rope_theta: number,
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

/** The numbers of each kind of scaling, and their fields. */
const scalings: Record<'default' | RopeScaling['kind'], Record<string, keyof Given>> = {
  default: {},
  linear: { factor: 'factor' },
  llama3: {
    factor: 'factor',
    lowFactor: 'low_freq_factor',
    highFactor: 'high_freq_factor',
    originalPositions: 'original_max_position_embeddings',
  },
  yarn: {
    factor: 'factor',
    fastTurns: 'beta_fast',
    slowTurns: 'beta_slow',
    attentionFactor: 'attention_factor',
    originalPositions: 'original_max_position_embeddings',
  },
};

const fields = new Set(Object.values(scalings).flatMap((names) => Object.values(names)));

/** What a kind of scaling takes where the field is left out. */
function usual(kind: string, { factor = 1 }: Given): Record<string, number> {
  if (kind !== 'yarn') return {};
  return { fastTurns: 32, slowTurns: 1, attentionFactor: factor > 1 ? 0.1 * Math.log(factor) + 1 : 1 };
}

function readScaling(given: Given, field: string): RopeScaling | undefined {
  const kind = given.rope_type ?? given.type ?? 'default';
  const wanted = Object.entries(scalings[kind]);
  for (const name of fields)
    if (given[name] !== undefined && !wanted.some(([, own]) => own === name))
      throw new FieldError(`${field}.${name}`, `is ${given[name]}, but ${kind} rotary positions have none`);
  const values: Record<string, unknown> = { kind, ...usual(kind, given) };
  for (const [name, own] of wanted) {
    values[name] = given[own] ?? values[name];
    if (values[name] === undefined) throw new FieldError(`${field}.${own}`, `is missing, which ${kind} scaling needs`);
  }
  return kind === 'default' ? undefined : (values as unknown as RopeScaling);
}

export function writeRotary({ ropeTheta, ropeScaling }: ModelConfig): Record<string, unknown> {
  if (!ropeScaling) return { rope_theta: ropeTheta };
  const { kind, ...values } = ropeScaling;
  const written = Object.entries(values).map(([name, value]) => [scalings[kind][name], value]);
  return { rope_theta: ropeTheta, rope_scaling: { rope_type: kind, ...Object.fromEntries(written) } };
}
