/**
 * The weights of a decoder: their names and shapes as `transformers` stores them, and their values before training.
 * Whoever computes with them or writes them to a file walks this list, so its order is the order everywhere.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ModelConfig } from './config';

export interface Parameter {
  /** As in the state dictionary of `LlamaForCausalLM`. */
  name: string;
  /** Matrices are [outputs, inputs]. */
  shape: number[];
  /** Whether weight decay applies: matrices, embeddings among them, yes; norms no. */
  decay: boolean;
  /** `residual` projections write into the residual stream and start smaller the deeper the model is. */
  init: 'normal' | 'residual' | 'ones';
}

/** Every weight of the model, once: a tied output matrix is the embedding and not listed again. */
export function parametersOf(config: ModelConfig): Parameter[] {
  const { vocabSize, hiddenSize, layers, tiedEmbeddings } = config;
  return [
    matrix('model.embed_tokens.weight', vocabSize, hiddenSize),
    ...Array.from({ length: layers }, (_, layer) => layerParameters(config, `model.layers.${layer}`)).flat(),
    norm('model.norm.weight', hiddenSize),
    ...(tiedEmbeddings ? [] : [matrix('lm_head.weight', vocabSize, hiddenSize)]),
  ];
}

function layerParameters(config: ModelConfig, prefix: string): Parameter[] {
  const { hiddenSize, intermediateSize, heads, kvHeads, headSize } = config;
  return [
    norm(`${prefix}.input_layernorm.weight`, hiddenSize),
    matrix(`${prefix}.self_attn.q_proj.weight`, heads * headSize, hiddenSize),
    matrix(`${prefix}.self_attn.k_proj.weight`, kvHeads * headSize, hiddenSize),
    matrix(`${prefix}.self_attn.v_proj.weight`, kvHeads * headSize, hiddenSize),
    matrix(`${prefix}.self_attn.o_proj.weight`, hiddenSize, heads * headSize, 'residual'),
    norm(`${prefix}.post_attention_layernorm.weight`, hiddenSize),
    matrix(`${prefix}.mlp.gate_proj.weight`, intermediateSize, hiddenSize),
    matrix(`${prefix}.mlp.up_proj.weight`, intermediateSize, hiddenSize),
    matrix(`${prefix}.mlp.down_proj.weight`, hiddenSize, intermediateSize, 'residual'),
  ];
}

const norm = (name: string, size: number): Parameter => ({ name, shape: [size], decay: false, init: 'ones' });

const matrix = (name: string, outputs: number, inputs: number, init: Parameter['init'] = 'normal'): Parameter => ({
  name,
  shape: [outputs, inputs],
  decay: true,
  init,
});

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** How many numbers are trained; tied embeddings count once. */
export function countParameters(config: ModelConfig): number {
  return parametersOf(config).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Standard deviation of a fresh matrix, as GPT-2 and Llama use it. */
const spread = 0.02;

/**
 * Fresh weights by name: normal(0, 0.02), the projections into the residual stream scaled by 1 / √(2 · layers)
 * (GPT-2), norms 1. The same config and seed give the same bytes.
 */
export function initialize(config: ModelConfig, seed: number): Map<string, Float32Array> {
  const normal = normals(seed);
  const deviations = { normal: spread, residual: spread / Math.sqrt(2 * config.layers) };
  return new Map(
    parametersOf(config).map(({ name, shape, init }) => {
      const values = new Float32Array(sizeOf(shape));
      if (init === 'ones') values.fill(1);
      else for (let i = 0; i < values.length; i++) values[i] = normal() * deviations[init];
      return [name, values];
    }),
  );
}

/** Standard normal numbers by Box and Muller's method, in pairs. */
function normals(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
    const angle = 2 * Math.PI * uniformFloat64(generator);
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
