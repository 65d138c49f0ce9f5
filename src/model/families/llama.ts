/** Llama, and the families that changed a thing or two of it and kept the names of its fields and tensors. */
import { z } from 'zod';
import { type Block, type FamilyName, llamaBlock, type ModelConfig } from '../config';
import {
  count,
  dropout,
  type Family,
  FieldError,
  off,
  plainNames,
  readPlain,
  readTokens,
  sizes,
  tokens,
  writePlain,
  writeTokens,
} from './family';
import { readRotary, rotary, writeRotary } from './rotary';

const shape = {
  ...sizes,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  ...rotary,
  ...tokens,
  tie_word_embeddings: z.boolean().default(false),
  hidden_act: z.literal('silu').default('silu'),
  attention_dropout: dropout,
};

/** The defaults are those of each family's class in `transformers`. */
function sized(positions: number, epsilon: number) {
  return {
    ...shape,
    max_position_embeddings: count.default(positions),
    rms_norm_eps: z.number().positive().default(epsilon),
  };
}

const biased = z.boolean().nullish();
const everywhere = z.array(z.literal('full_attention')).nullish();
/** Qwen's windows stay off; how wide they would be says nothing then. */
const noWindow = {
  use_sliding_window: off,
  sliding_window: count.nullish(),
  max_window_layers: z.number().int().nullish(),
  layer_types: everywhere,
};

/** Every field of one of these families, so that one function reads them all. */
interface LlamaLike extends z.infer<z.ZodObject<ReturnType<typeof sized>>> {
  sliding_window?: number | null;
  attention_bias?: boolean | null;
}

interface Variant {
  architecture: string;
  fields: z.ZodObject;
  block?: Partial<Block>;
  usual: { bos?: number; eos?: number; headSize?: number };
  /** Whether places see no further back than a window, which then is the longest sequence. */
  window?: boolean;
}

const variants = {
  llama: {
    architecture: 'LlamaForCausalLM',
    fields: z.object({ ...sized(2048, 1e-6), attention_bias: biased, mlp_bias: off }),
    usual: { bos: 1, eos: 2 },
  },
  mistral: {
    architecture: 'MistralForCausalLM',
    fields: z.object({ ...sized(131072, 1e-6), sliding_window: count.nullish() }),
    usual: { bos: 1, eos: 2 },
    window: true,
  },
  qwen2: {
    architecture: 'Qwen2ForCausalLM',
    fields: z.object({ ...sized(32768, 1e-6), ...noWindow }),
    block: { attentionBias: 'inputs' },
    usual: {},
  },
  qwen3: {
    architecture: 'Qwen3ForCausalLM',
    fields: z.object({ ...sized(32768, 1e-6), ...noWindow, attention_bias: biased }),
    block: { queryKeyNorm: 'head' },
    usual: { headSize: 128 },
  },
  olmo2: {
    architecture: 'Olmo2ForCausalLM',
    fields: z.object({ ...sized(2048, 1e-5), attention_bias: biased }),
    block: { normPlace: 'after', queryKeyNorm: 'all heads' },
    usual: { eos: 50279 },
  },
} satisfies Partial<Record<FamilyName, Variant>>;

type Llamas = keyof typeof variants;

/** Llama's relatives by name. */
export const llamas = Object.fromEntries(
  Object.entries<Variant>(variants).map(([name, variant]) => [name, familyOf(name as Llamas, variant)]),
) as Record<Llamas, Family>;

function familyOf(family: Llamas, variant: Variant): Family {
  const { architecture, fields, window } = variant;
  return {
    architecture,
    fields,
    read: (json: LlamaLike) => read(json, family, variant),
    write: (config) => ({
      ...write(config),
      ...('attention_bias' in fields.shape && { attention_bias: config.block.attentionBias === 'all' }),
      ...(window && { sliding_window: null }),
    }),
    redundant: /\.rotary_emb\.inv_freq$/,
  };
}

const names = { ...plainNames, normEpsilon: 'rms_norm_eps' };

function read(json: LlamaLike, family: Llamas, { block, usual, window }: Variant): ModelConfig {
  const { share, ...rope } = readRotary(json);
  if (share !== 1)
    throw new FieldError('rope_parameters.partial_rotary_factor', `is ${share}, but only 1 is supported`);
  const heads = json.num_attention_heads;
  const reach = (window && json.sliding_window) || Infinity;
  return {
    family,
    ...readPlain(json, names),
    kvHeads: json.num_key_value_heads ?? heads,
    headSize: json.head_dim ?? usual.headSize ?? json.hidden_size / heads,
    maxPositions: Math.min(json.max_position_embeddings, reach),
    ...rope,
    ...readTokens(json, usual),
    block: { ...llamaBlock, ...block, ...(json.attention_bias && { attentionBias: 'all' as const }) },
  };
}

function write(config: ModelConfig): Record<string, unknown> {
  return {
    ...writePlain(config, names),
    num_key_value_heads: config.kvHeads,
    head_dim: config.headSize,
    ...writeRotary(config),
    ...writeTokens(config),
    hidden_act: 'silu',
    attention_dropout: 0,
  };
}
