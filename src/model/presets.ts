/** Sizes of model that are trained from random initialisation, as a table. Parameter counts are at 2,048 tokens. */
import { UserError } from '../errors';
import { llamaBlock, type ModelConfig } from './config';
import type { Tokenizer } from './tokenizer';

type Size = Pick<ModelConfig, 'hiddenSize' | 'intermediateSize' | 'layers' | 'heads' | 'kvHeads' | 'headSize'>;

export const presets = {
  /** 0.23 M parameters: to see within seconds that an experiment runs. */
  pico: { hiddenSize: 64, intermediateSize: 176, layers: 2, heads: 2, kvHeads: 2, headSize: 32 },
  /** 1.07 M parameters. */
  nano: { hiddenSize: 128, intermediateSize: 352, layers: 4, heads: 4, kvHeads: 4, headSize: 32 },
  /** 4.79 M parameters. */
  micro: { hiddenSize: 256, intermediateSize: 768, layers: 5, heads: 4, kvHeads: 4, headSize: 64 },
  /** 14.95 M parameters. */
  mini: { hiddenSize: 384, intermediateSize: 1024, layers: 8, heads: 6, kvHeads: 6, headSize: 64 },
} as const satisfies Record<string, Size>;

/** The preset's config for a tokenizer. Throws a UserError that lists the names if there is none of that name. */
export function presetConfig(
  name: string,
  { vocabSize, bos, eos, pad }: Pick<Tokenizer, 'vocabSize' | 'bos' | 'eos' | 'pad'>,
): ModelConfig {
  if (!Object.hasOwn(presets, name)) {
    throw new UserError(`There is no model preset "${name}"; choose one of ${Object.keys(presets).join(', ')}.`);
  }
  return {
    family: 'llama',
    ...presets[name as keyof typeof presets],
    vocabSize,
    maxPositions: 1024,
    ropeTheta: 10000,
    normEpsilon: 1e-5,
    tiedEmbeddings: true,
    bosToken: bos,
    eosToken: eos,
    padToken: pad,
    stopTokens: [eos],
    block: llamaBlock,
  };
}
