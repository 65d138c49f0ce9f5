/**
 * The weights of a decoder: their names and shapes as `transformers` stores them, and their values before training.
 * Whoever computes with them or writes them to a file walks this list, so its order is the order everywhere.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ModelConfig } from './config';
import { adaptersOf, projectionsOf } from './lora';

export interface Parameter {
  /** As in the state dictionary of `LlamaForCausalLM`, whatever the family; see stored.ts. Adapters: see lora.ts. */
  name: string;
  /** Matrices are [outputs, inputs]. */
  shape: number[];
  /** Whether weight decay applies: matrices, embeddings among them, yes; norms and biases no. */
  decay: boolean;
  /**
   * `residual` projections write into the residual stream and start smaller the deeper the model is; `uniform` lies
   * within 1 / √inputs of 0.
   */
  init: 'normal' | 'residual' | 'ones' | 'zeros' | 'uniform';
  /** Whether it stays as it is in training. */
  frozen?: true;
}

/** Every weight of the model, once, and those of its adapters, which then are all that is trained. */
export function parametersOf(config: ModelConfig): Parameter[] {
  const base = baseParameters(config);
  if (!config.lora) return base;
  return [
    ...base.map((parameter) => ({ ...parameter, frozen: true as const })),
    ...adaptersOf(projectionsOf(base, config), config.lora),
  ];
}

/** The weights that are trained. */
export function trainedParameters(config: ModelConfig): Parameter[] {
  return parametersOf(config).filter(({ frozen }) => !frozen);
}

/** The weights without adapters: a tied output matrix is the embedding and not listed again. */
export function baseParameters(config: ModelConfig): Parameter[] {
  const { vocabSize, hiddenSize, layers, maxPositions, tiedEmbeddings, block } = config;
  return [
    matrix('model.embed_tokens', vocabSize, hiddenSize),
    ...(block.positions === 'learned' ? [matrix('model.embed_positions', maxPositions, hiddenSize)] : []),
    ...Array.from({ length: layers }, (_, layer) => layerParameters(config, `model.layers.${layer}`)).flat(),
    ...norm(config, 'model.norm'),
    ...(tiedEmbeddings ? [] : [matrix('lm_head', vocabSize, hiddenSize)]),
  ];
}

function layerParameters(config: ModelConfig, prefix: string): Parameter[] {
  const { hiddenSize, block } = config;
  const isBefore = block.normPlace === 'before';
  return [
    ...(isBefore ? norm(config, `${prefix}.input_layernorm`) : []),
    ...attentionParameters(config, `${prefix}.self_attn`),
    ...norm(config, `${prefix}.post_attention_layernorm`),
    ...mlpParameters(config, `${prefix}.mlp`),
    ...(isBefore ? [] : [scale(`${prefix}.post_feedforward_layernorm`, hiddenSize)]),
  ];
}

function attentionParameters(config: ModelConfig, prefix: string): Parameter[] {
  const { hiddenSize, heads, kvHeads, headSize, block } = config;
  const inputs = block.attentionBias !== 'none';
  const normed = (count: number) => (block.queryKeyNorm === 'head' ? headSize : count * headSize);
  return [
    ...projectionParameters(`${prefix}.q_proj`, heads * headSize, hiddenSize, inputs),
    ...projectionParameters(`${prefix}.k_proj`, kvHeads * headSize, hiddenSize, inputs),
    ...projectionParameters(`${prefix}.v_proj`, kvHeads * headSize, hiddenSize, inputs),
    ...projectionParameters(
      `${prefix}.o_proj`,
      hiddenSize,
      heads * headSize,
      block.attentionBias === 'all',
      'residual',
    ),
    ...(block.queryKeyNorm === 'none'
      ? []
      : [scale(`${prefix}.q_norm`, normed(heads)), scale(`${prefix}.k_norm`, normed(kvHeads))]),
  ];
}

function mlpParameters({ hiddenSize, intermediateSize, block }: ModelConfig, prefix: string): Parameter[] {
  const isGated = block.mlp === 'gated silu';
  return [
    ...(isGated ? projectionParameters(`${prefix}.gate_proj`, intermediateSize, hiddenSize, block.mlpBias) : []),
    ...projectionParameters(`${prefix}.up_proj`, intermediateSize, hiddenSize, block.mlpBias),
    ...projectionParameters(`${prefix}.down_proj`, hiddenSize, intermediateSize, block.mlpBias, 'residual'),
  ];
}

function norm({ hiddenSize, block }: ModelConfig, name: string): Parameter[] {
  return [scale(name, hiddenSize), ...(block.norm === 'layer' ? [bias(name, hiddenSize)] : [])];
}

function projectionParameters(
  name: string,
  outputs: number,
  inputs: number,
  isBiased: boolean,
  init?: Parameter['init'],
): Parameter[] {
  return [matrix(name, outputs, inputs, init), ...(isBiased ? [bias(name, outputs)] : [])];
}

const scale = (name: string, size: number): Parameter => ({
  name: `${name}.weight`,
  shape: [size],
  decay: false,
  init: 'ones',
});

const bias = (name: string, size: number): Parameter => ({
  name: `${name}.bias`,
  shape: [size],
  decay: false,
  init: 'zeros',
});

const matrix = (name: string, outputs: number, inputs: number, init: Parameter['init'] = 'normal'): Parameter => ({
  name: `${name}.weight`,
  shape: [outputs, inputs],
  decay: true,
  init,
});

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** How many numbers the model has without adapters; tied embeddings count once. */
export function countParameters(config: ModelConfig): number {
  return countNumbers(baseParameters(config));
}

/** How many numbers some weights have together. */
export function countNumbers(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Standard deviation of a fresh matrix, as GPT-2 and Llama use it. */
const spread = 0.02;

/**
 * Fresh weights by name: normal(0, 0.02), the projections into the residual stream scaled by 1 / √(2 · layers)
 * (GPT-2), norms 1, biases 0. The same config and seed give the same bytes.
 */
export function initialize(config: ModelConfig, seed: number): Map<string, Float32Array> {
  return initializeAll(baseParameters(config), seed, config.layers);
}

/** Fresh adapters by name: A uniform as PEFT starts it, B zero, so that the model begins as it is. */
export function initializeAdapters(config: ModelConfig, seed: number): Map<string, Float32Array> {
  return initializeAll(trainedParameters(config), seed);
}

/** Fresh values by name. @param layers of the model whose residual projections are among them */
export function initializeAll(parameters: readonly Parameter[], seed: number, layers = 1): Map<string, Float32Array> {
  const generator = xoroshiro128plus(seed);
  const normal = normals(generator);
  const deviations = { normal: spread, residual: spread / Math.sqrt(2 * layers) };
  return new Map(
    parameters.map(({ name, shape, init }) => {
      const values = new Float32Array(sizeOf(shape));
      if (init === 'ones') values.fill(1);
      else if (init === 'uniform') fill(values, () => (2 * uniformFloat64(generator) - 1) / Math.sqrt(shape[1]));
      else if (init !== 'zeros') fill(values, () => normal() * deviations[init]);
      return [name, values];
    }),
  );
}

function fill(values: Float32Array, next: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = next();
}

/** Standard normal numbers by Box and Muller's method, in pairs. */
function normals(generator: RandomGenerator): () => number {
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
