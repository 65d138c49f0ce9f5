/**
 * How a GGUF file's metadata say that rotary positions are stretched, as the `rope_scaling` of a `config.json`. (Llama
 * 3's way is told by a tensor: rope.ts.) llama.cpp's converter writes YaRN's keys from a `config.json`; what they come to
 * together is read as llama.cpp does, which also writes keys that change nothing.
 * Source: ModelBase.set_gguf_parameters in llama.cpp's converter, llama_context::llama_context, llama_model_saver
 */
import type { Metadata } from './metadata';

/** Keys below the architecture's name that are read here, or that say nothing about the numbers. */
export const scalingKeys = [
  'type',
  'factor',
  'original_context_length',
  'finetuned',
  'attn_factor',
  'yarn_ext_factor',
  'yarn_attn_factor',
  'yarn_beta_fast',
  'yarn_beta_slow',
  'yarn_log_multiplier',
].map((key) => `rope.scaling.${key}`);

type Key = (name: string) => string;

/**
 * Undefined where nothing is stretched. Throws a UserError that names a key that `transformers` has nothing for.
 * @param architecture what the keys begin with
 */
export function scalingOf(metadata: Metadata, architecture: string): Record<string, unknown> | undefined {
  const key = (name: string) => `${architecture}.rope.scaling.${name}`;
  // A factor alone is a linear one to llama.cpp, and one of 0 is none.
  const factor = metadata.value(key('factor')) ? 'linear' : 'none';
  const kind = metadata.text(key('type'), factor);
  if (kind === 'yarn') return { rope_type: kind, ...yarn(metadata, architecture, key) };
  if (kind !== 'linear' && kind !== 'none')
    throw metadata.refusal(key('type'), `is "${kind}", and only none, linear and yarn are supported`);
  if (changes(metadata, key('attn_factor'), 1))
    throw metadata.refusal(key('attn_factor'), 'is supported only where positions are scaled by yarn');
  if (kind === 'none' || factor === 'none') return undefined;
  return { rope_type: kind, factor: metadata.decimal(key('factor')) };
}

const changes = (metadata: Metadata, key: string, ...neutral: number[]) =>
  metadata.has(key) && !neutral.includes(metadata.value(key) as number);

function yarn(metadata: Metadata, architecture: string, key: Key): Record<string, number> {
  const factor = metadata.decimal(key('factor'));
  const share = key('yarn_ext_factor');
  if (changes(metadata, share, 1, -1)) throw metadata.refusal(share, 'is an option that is not supported');
  const longest = metadata.count(`${architecture}.context_length`);
  return {
    factor,
    beta_fast: metadata.decimal(key('yarn_beta_fast'), 32),
    beta_slow: metadata.decimal(key('yarn_beta_slow'), 1),
    attention_factor: stretch(metadata, key, factor),
    original_max_position_embeddings: metadata.count(key('original_context_length'), longest),
  };
}

/** What sine and cosine are multiplied by, of which a file may say one thing. */
function stretch(metadata: Metadata, key: Key, factor: number): number {
  const says: Record<string, { neutral: number; as: (value: number) => number }> = {
    attn_factor: { neutral: 1, as: (value) => value * logarithmic(factor) },
    yarn_attn_factor: { neutral: NaN, as: (value) => value },
    yarn_log_multiplier: { neutral: 0, as: (value) => logarithmic(factor) / logarithmic(factor, value) },
  };
  const [name, other] = Object.keys(says).filter((one) => changes(metadata, key(one), says[one].neutral));
  if (name === undefined) return logarithmic(factor);
  if (other) throw metadata.refusal(key(other), `contradicts "${key(name)}"`);
  const value = metadata.decimal(key(name));
  if (name === 'yarn_attn_factor' && value === 1)
    throw metadata.refusal(key(name), 'is 1, which llama.cpp writes both for that factor and where none is given');
  return says[name].as(value);
}

/** Source: YaRN (Peng et al. 2023, arXiv 2309.00071), with a multiplier that others have added. */
const logarithmic = (factor: number, multiplier = 1) => (factor <= 1 ? 1 : 0.1 * multiplier * Math.log(factor) + 1);
