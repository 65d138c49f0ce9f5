/** GPT-2: learned positions, biases everywhere, and matrices stored with their inputs first. */
import { z } from 'zod';
import type { ModelConfig } from '../config';
import {
  count,
  dropout,
  type Family,
  gelu,
  gelus,
  off,
  plainNames,
  readPlain,
  readTokens,
  type Stored,
  tokens,
  writeGelu,
  writePlain,
  writeTokens,
} from './family';

const fields = z.object({
  vocab_size: count,
  n_embd: count,
  n_inner: count.nullish(),
  n_layer: count,
  n_head: count,
  n_positions: count.default(1024),
  ...tokens,
  layer_norm_epsilon: z.number().positive().default(1e-5),
  activation_function: gelu.default('gelu_new'),
  tie_word_embeddings: z.boolean().default(true),
  scale_attn_weights: z.literal(true).default(true),
  scale_attn_by_inverse_layer_idx: off,
  add_cross_attention: off,
  attn_pdrop: dropout,
  embd_pdrop: dropout,
  resid_pdrop: dropout,
});

export const gpt2: Family = {
  architecture: 'GPT2LMHeadModel',
  fields,
  read,
  write,
  stored,
  redundant: /\.attn\.(bias|masked_bias)$/,
};

const names = {
  ...plainNames,
  hiddenSize: 'n_embd',
  intermediateSize: 'n_inner',
  layers: 'n_layer',
  heads: 'n_head',
  maxPositions: 'n_positions',
  normEpsilon: 'layer_norm_epsilon',
};

function read(json: z.infer<typeof fields>): ModelConfig {
  return {
    family: 'gpt2',
    ...readPlain(json, names),
    intermediateSize: json.n_inner ?? 4 * json.n_embd,
    kvHeads: json.n_head,
    headSize: json.n_embd / json.n_head,
    ropeTheta: 10000,
    ...readTokens(json, { bos: 50256, eos: 50256 }),
    block: {
      norm: 'layer',
      normPlace: 'before',
      positions: 'learned',
      attentionBias: 'all',
      queryKeyNorm: 'none',
      mlp: gelus[json.activation_function],
      mlpBias: true,
      parallel: false,
    },
  };
}

function write(config: ModelConfig): Record<string, unknown> {
  return {
    ...writePlain(config, names),
    activation_function: writeGelu(config),
    ...writeTokens(config),
    attn_pdrop: 0,
    embd_pdrop: 0,
    resid_pdrop: 0,
  };
}

const renamed: [RegExp, string][] = [
  [/^model\.embed_tokens\./, 'transformer.wte.'],
  [/^model\.embed_positions\./, 'transformer.wpe.'],
  [/^model\.norm\./, 'transformer.ln_f.'],
  [/^model\.layers\./, 'transformer.h.'],
  [/\.input_layernorm\./, '.ln_1.'],
  [/\.post_attention_layernorm\./, '.ln_2.'],
  [/\.self_attn\.[qkv]_proj\./, '.attn.c_attn.'],
  [/\.self_attn\.o_proj\./, '.attn.c_proj.'],
  [/\.mlp\.up_proj\./, '.mlp.c_fc.'],
  [/\.mlp\.down_proj\./, '.mlp.c_proj.'],
];

/** Queries, keys and values stand in one tensor, one after the other. */
function stored(name: string, { hiddenSize }: ModelConfig): Stored {
  const tensor = renamed.reduce((known, [from, to]) => known.replace(from, to), name);
  const transposed = /_proj\.weight$/.test(name);
  const part = /\.([qkv])_proj\./.exec(name)?.[1];
  if (part === undefined) return { tensor, transposed };
  const first = 'qkv'.indexOf(part) * hiddenSize;
  return {
    tensor,
    transposed,
    outputs: 3 * hiddenSize,
    rows: Array.from({ length: hiddenSize }, (_, i) => first + i),
  };
}
