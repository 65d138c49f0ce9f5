/** GPT-NeoX, the family of Pythia: attention and MLP side by side, a part of each head rotated, biases everywhere. */
import { z } from 'zod';
import type { Block, ModelConfig } from '../config';
import {
  count,
  dropout,
  type Family,
  FieldError,
  gelu,
  gelus,
  plainNames,
  readPlain,
  readTokens,
  sizes,
  type Stored,
  tokens,
  writeGelu,
  writePlain,
  writeTokens,
} from './family';
import { readRotary, rotary, writeRotary } from './rotary';

const fields = z.object({
  ...sizes,
  max_position_embeddings: count.default(2048),
  rotary_pct: z.number().positive().max(1).optional(),
  rotary_emb_base: z.number().positive().optional(),
  ...rotary,
  ...tokens,
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: gelu.default('gelu'),
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(false),
  attention_dropout: dropout,
  hidden_dropout: dropout,
  classifier_dropout: dropout,
});

export const gptNeox: Family = {
  architecture: 'GPTNeoXForCausalLM',
  fields,
  read,
  write,
  stored,
  redundant: /\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/,
};

function read(json: z.infer<typeof fields>): ModelConfig {
  const { share, ...rope } = readRotary({ ...json, rope_theta: json.rope_theta ?? json.rotary_emb_base });
  const headSize = json.hidden_size / json.num_attention_heads;
  const rotated = Math.floor(headSize * (json.rope_parameters ? share : (json.rotary_pct ?? 0.25)));
  if (rotated % 2 !== 0) throw new FieldError('rotary_pct', `rotates ${rotated} numbers of a head, which must be even`);
  return {
    family: 'gpt_neox',
    ...readPlain(json, plainNames),
    kvHeads: json.num_attention_heads,
    headSize,
    ...rope,
    ...readTokens(json, { bos: 0, eos: 2 }),
    block: blockOf(json, rotated),
  };
}

function blockOf(json: z.infer<typeof fields>, rotated: number): Block {
  return {
    norm: 'layer',
    normPlace: 'before',
    positions: 'rotary',
    rotated,
    attentionBias: json.attention_bias ? 'all' : 'none',
    queryKeyNorm: 'none',
    mlp: gelus[json.hidden_act],
    mlpBias: true,
    parallel: json.use_parallel_residual,
  };
}

function write(config: ModelConfig): Record<string, unknown> {
  const { headSize, block, ropeTheta } = config;
  return {
    ...writePlain(config, plainNames),
    rotary_pct: block.rotated! / headSize,
    rotary_emb_base: ropeTheta,
    ...writeRotary(config),
    hidden_act: writeGelu(config),
    use_parallel_residual: block.parallel,
    attention_bias: block.attentionBias === 'all',
    ...writeTokens(config),
    attention_dropout: 0,
    hidden_dropout: 0,
  };
}

const renamed: [RegExp, string][] = [
  [/^model\.embed_tokens\.weight$/, 'gpt_neox.embed_in.weight'],
  [/^model\.norm\./, 'gpt_neox.final_layer_norm.'],
  [/^lm_head\.weight$/, 'embed_out.weight'],
  [/^model\.layers\./, 'gpt_neox.layers.'],
  [/\.self_attn\.o_proj\./, '.attention.dense.'],
  [/\.mlp\.up_proj\./, '.mlp.dense_h_to_4h.'],
  [/\.mlp\.down_proj\./, '.mlp.dense_4h_to_h.'],
];

const part = /^model\.(layers\.\d+)\.self_attn\.([qkv])_proj\.(weight|bias)$/;

/** Queries, keys and values stand in one tensor, head by head. */
function stored(name: string, config: ModelConfig): Stored {
  const found = part.exec(name);
  if (!found) return { tensor: renamed.reduce((known, [from, to]) => known.replace(from, to), name) };
  const [, layer, which, kind] = found;
  const { heads, headSize } = config;
  const order = which === 'v' ? Array.from({ length: headSize }, (_, i) => i) : rotationOrder(config);
  const first = (head: number) => (3 * head + 'qkv'.indexOf(which)) * headSize;
  return {
    tensor: `gpt_neox.${layer}.attention.query_key_value.${kind}`,
    outputs: 3 * heads * headSize,
    rows: Array.from({ length: heads }, (_, head) => order.map((i) => first(head) + i)).flat(),
  };
}

/**
 * The order of a head's numbers in which each stands half a head from the one that it is rotated with, as where all are
 * rotated. Queries and keys in the same order have the same products.
 */
function rotationOrder({ headSize, block }: ModelConfig): number[] {
  const turned = block.rotated! / 2;
  const still = (headSize - block.rotated!) / 2;
  const range = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);
  return [
    ...range(0, turned),
    ...range(2 * turned, still),
    ...range(turned, turned),
    ...range(2 * turned + still, still),
  ];
}
