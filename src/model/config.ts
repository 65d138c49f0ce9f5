/**
 * The shape of a decoder: its sizes, and how its blocks are built. Every family of published models is a point in this
 * space; how each writes it down stands in `families/`.
 */
export type FamilyName = 'llama' | 'mistral' | 'qwen2' | 'qwen3' | 'olmo2' | 'gpt_neox' | 'gpt2';

/** The shape of a decoder, in the field names of a Hugging Face `config.json` turned into plain terms. */
export interface ModelConfig {
  family: FamilyName;
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
  /** How rotary frequencies are stretched; left out where they are not. */
  ropeScaling?: RopeScaling;
  normEpsilon: number;
  tiedEmbeddings: boolean;
  bosToken: number;
  /** Ends a text where the tokenizer names no token for that. */
  eosToken: number;
  padToken: number;
  /** Generation ends at any of these. */
  stopTokens: readonly number[];
  block: Block;
  /** Adapters that are trained in place of the weights; left out where the weights are. */
  lora?: Lora;
}

/** Low-rank adapters of some projections. */
export interface Lora {
  rank: number;
  alpha: number;
  /** Projections by the ends of their names in the family's checkpoints: `q_proj`, `c_attn`, `mlp.c_proj` … */
  targets: readonly string[];
  /** Folder of the model that is adapted. */
  base: string;
}

/** How a block computes, whatever its sizes. */
export interface Block {
  /** `layer` takes the mean off and has a bias; `rms` does neither. */
  norm: 'rms' | 'layer';
  /** Whether norms stand before attention and MLP, or behind them, before they join the residual stream. */
  normPlace: 'before' | 'after';
  positions: 'rotary' | 'learned';
  /** Leading numbers of each head that are rotated; all unless given. */
  rotated?: number;
  attentionBias: 'none' | 'inputs' | 'all';
  /** Whether queries and keys are normed, and over what. */
  queryKeyNorm: 'none' | 'head' | 'all heads';
  /** `gated silu` has a third matrix. */
  mlp: 'gated silu' | 'gelu' | 'gelu tanh';
  mlpBias: boolean;
  /** Attention and MLP both read the block's input instead of one after the other. */
  parallel: boolean;
}

/**
 * By one factor; or low frequencies by the factor, high ones not, and those between in part: as Llama 3 does it, or as
 * YaRN, which bounds them by their turns within the original positions, and multiplies what is rotated.
 */
export type RopeScaling =
  | { kind: 'linear'; factor: number }
  | { kind: 'llama3'; factor: number; lowFactor: number; highFactor: number; originalPositions: number }
  | {
      kind: 'yarn';
      factor: number;
      fastTurns: number;
      slowTurns: number;
      attentionFactor: number;
      originalPositions: number;
    };

/** Llama's block, from which others differ in a thing or two. */
export const llamaBlock: Block = {
  norm: 'rms',
  normPlace: 'before',
  positions: 'rotary',
  attentionBias: 'none',
  queryKeyNorm: 'none',
  mlp: 'gated silu',
  mlpBias: false,
  parallel: false,
};
