/** A tiny model and a sentence to learn: what an engine is tried with. */
import { llamaBlock, type ModelConfig } from '../model/config';
import type { Batch } from './learner';

export const tiny: ModelConfig = {
  family: 'llama',
  vocabSize: 64,
  hiddenSize: 32,
  intermediateSize: 64,
  layers: 1,
  heads: 2,
  kvHeads: 2,
  headSize: 16,
  maxPositions: 16,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
  tiedEmbeddings: true,
  bosToken: 1,
  eosToken: 2,
  padToken: 0,
  stopTokens: [2],
  block: llamaBlock,
};

/** Eight places of one example, each with an equal part in the loss. */
export function sentence(): Batch {
  const length = 8;
  return {
    rows: 1,
    length,
    tokens: Int32Array.from({ length }, (_, place) => 3 + place),
    targets: Int32Array.from({ length }, (_, place) => 4 + place),
    positions: Int32Array.from({ length }, (_, place) => place),
    examples: new Int32Array(length),
    weights: new Float32Array(length).fill(1 / length),
    exampleCount: 1,
  };
}
