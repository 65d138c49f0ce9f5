/**
 * What model a GGUF file holds: llama.cpp's architectures as families of `transformers`, and its names of keys and
 * tensors as theirs. Metadata that would change the numbers and is not built here is refused by its key.
 */
import { UserError } from '../../errors';
import type { TokenizerFile } from '../tokenizer-file';
import type { FamilyName, ModelConfig } from '../config';
import { configFromJson } from '../config-file';
import { checkTokenizer } from '../folder';
import { tensorsOf } from '../stored';
import { makeTokenizer } from '../tokenizer';
import type { GgufFile } from './header';
import { Metadata } from './metadata';
import { ropeTensor, withScaling } from './rope';
import { scalingKeys, scalingOf } from './scaling';
import { tokenizerOf, type SpecialIds } from './tokenizer';

interface Architecture {
  family: FamilyName;
  /** Whether llama.cpp has reordered the rows of queries and keys for its way of rotating. */
  isPermuted: boolean;
}

/** Mistral's models are "llama" in GGUF files. */
const architectures: Record<string, Architecture> = {
  llama: { family: 'llama', isPermuted: true },
  qwen2: { family: 'qwen2', isPermuted: false },
  qwen3: { family: 'qwen3', isPermuted: false },
};

/** A weight under llama.cpp's name (`source`) and that of `transformers`. */
export interface NamedWeight {
  source: string;
  name: string;
  shape: number[];
  /** Rows of one head, where llama.cpp has reordered them. */
  headRows?: number;
}

/** What a GGUF file is as a model of `transformers`. */
export interface Described {
  config: ModelConfig;
  weights: NamedWeight[];
  tokenizer: TokenizerFile;
}

/** Throws a UserError that names the first key, or the tensor, that can't be imported. */
export async function describe(gguf: GgufFile): Promise<Described> {
  const metadata = new Metadata(gguf);
  const name = metadata.text('general.architecture');
  if (!Object.hasOwn(architectures, name)) {
    const known = Object.keys(architectures).join(', ');
    throw metadata.refusal('general.architecture', `is "${name}", and only ${known} can be imported`);
  }
  refuseOptions(metadata, name);
  const { ids, ...tokenizer } = tokenizerOf(gguf);
  const json = { model_type: architectures[name].family, ...fields(gguf, metadata, name), ...tokenFields(ids) };
  const plain = configFromJson(json, gguf.file);
  const weights = weightsOf(plain, architectures[name]);
  refuseOthers(gguf, weights);
  const config = await withScaling(gguf, plain);
  checkTokenizer(
    makeTokenizer(tokenizer.tokenizer, tokenizer.config, { file: gguf.file, configFile: gguf.file }),
    config,
    gguf.file,
  );
  return { config, weights, tokenizer };
}

/** Keys below the architecture's own name that are read here, or that say nothing about the numbers. */
const understood = [
  'context_length',
  'embedding_length',
  'block_count',
  'feed_forward_length',
  'vocab_size',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.value_length',
  'attention.layer_norm_rms_epsilon',
  'rope.dimension_count',
  'rope.freq_base',
  ...scalingKeys,
  'tensor_data_layout',
];

/** Options that are none if they have this value. */
const switchedOff: Record<string, unknown> = { expert_count: 0, expert_used_count: 0, 'attention.causal': true };

function refuseOptions(metadata: Metadata, architecture: string): void {
  const parts = 'split.count';
  if (metadata.has(parts) && metadata.value(parts) !== 1)
    throw metadata.refusal(parts, 'says that this is one of several files; join them with llama-gguf-split first');
  const prefix = `${architecture}.`;
  for (const key of metadata.keys().filter((one) => one.startsWith(prefix))) {
    const option = key.slice(prefix.length);
    if (!understood.includes(option) && metadata.value(key) !== switchedOff[option])
      throw metadata.refusal(key, 'is an option that is not supported');
  }
}

/** The fields of `config.json`. */
function fields(gguf: GgufFile, metadata: Metadata, architecture: string): Record<string, unknown> {
  const key = (name: string) => `${architecture}.${name}`;
  const hidden = metadata.count(key('embedding_length'));
  const heads = metadata.count(key('attention.head_count'));
  const size = metadata.count(key('attention.key_length'), hidden / heads);
  for (const other of ['attention.value_length', 'rope.dimension_count'])
    if (metadata.count(key(other), size) !== size)
      throw metadata.refusal(key(other), `must be the size of a head, ${size}`);
  return {
    vocab_size: gguf.tensors.get('token_embd.weight')?.shape[0] ?? metadata.count(key('vocab_size')),
    hidden_size: hidden,
    intermediate_size: metadata.count(key('feed_forward_length')),
    num_hidden_layers: layersOf(gguf, metadata, key('block_count')),
    num_attention_heads: heads,
    num_key_value_heads: metadata.count(key('attention.head_count_kv'), heads),
    head_dim: size,
    max_position_embeddings: metadata.count(key('context_length')),
    rope_theta: metadata.decimal(key('rope.freq_base'), 10000),
    rope_scaling: scalingOf(metadata, architecture),
    rms_norm_eps: metadata.decimal(key('attention.layer_norm_rms_epsilon')),
    tie_word_embeddings: !gguf.tensors.has('output.weight'),
  };
}

/** Nothing is made for each layer before there are tensors enough for them. */
function layersOf({ tensors }: GgufFile, metadata: Metadata, key: string): number {
  const layers = metadata.count(key);
  if (layers > tensors.size)
    throw metadata.refusal(key, `claims ${layers} layers, but there are ${tensors.size} tensors`);
  return layers;
}

const tokenFields = ({ bos, ends, pad }: SpecialIds) => ({
  bos_token_id: bos,
  eos_token_id: ends,
  pad_token_id: pad ?? null,
});

/** llama.cpp's names of modules. */
const modules: Record<string, string> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
};
const layerModules: Record<string, string> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

function weightsOf(config: ModelConfig, { isPermuted }: Architecture): NamedWeight[] {
  return tensorsOf(config).map(({ name, shape }) => {
    const isRotated = /\.[qk]_proj\./.test(name);
    return { source: sourceOf(name), name, shape, ...(isPermuted && isRotated && { headRows: config.headSize }) };
  });
}

function sourceOf(name: string): string {
  const [, layer, module, kind] = /^(?:model\.layers\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name)!;
  return layer === undefined ? `${modules[module]}.${kind}` : `blk.${layer}.${layerModules[module]}.${kind}`;
}

/** The file must have each of the weights, in its shape, and no others. */
function refuseOthers({ file, tensors }: GgufFile, weights: readonly NamedWeight[]): void {
  for (const { source, shape } of weights) {
    const tensor = tensors.get(source);
    if (!tensor) throw new UserError(`${file} has no tensor "${source}".`);
    if (String(tensor.shape) === String(shape)) continue;
    const [is, should] = [tensor.shape, shape].map((sides) => `[${sides.join(', ')}]`);
    throw new UserError(`${file}: tensor "${source}" has shape ${is}, but the metadata make it ${should}.`);
  }
  const known = new Set([ropeTensor, ...weights.map(({ source }) => source)]);
  const other = [...tensors.keys()].find((name) => !known.has(name));
  if (other) throw new UserError(`${file}: tensor "${other}" is no weight of the model that the metadata describe.`);
}
