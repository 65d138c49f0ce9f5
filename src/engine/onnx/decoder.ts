/** The Llama block by block, as operations on a tape. Weights are graph inputs under their Hugging Face names. */
import type { ModelConfig } from '../../model/config';
import { parametersOf } from '../../model/parameters';
import { attention, type Surroundings } from './attention';
import type { Graph, Value } from './graph';
import { gatedUnit, linear, rmsNorm } from './layers';
import type { Tape } from './tape';

export type Weights = ReadonlyMap<string, Value>;

/** One graph input a weight, in the order of `parametersOf`. */
export function weightInputs(graph: Graph, config: ModelConfig): Weights {
  return new Map(parametersOf(config).map(({ name, shape }) => [name, graph.input(name, shape)]));
}

/** The matrix that turns hidden states into logits: the embedding where they are tied. */
export function outputTable(config: ModelConfig, weights: Weights): Value {
  return weights.get(config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight')!;
}

/** Hidden states [places, hiddenSize] after all blocks, before the final norm. */
export function decode(
  tape: Tape,
  config: ModelConfig,
  weights: Weights,
  embedded: Value,
  around: Surroundings,
): Value {
  return Array.from({ length: config.layers }, (_, layer) => layer).reduce((hidden, layer) => {
    const weight = (name: string) => weights.get(`model.layers.${layer}.${name}.weight`)!;
    return block(tape, config, weight, hidden, around);
  }, embedded);
}

function block(
  tape: Tape,
  config: ModelConfig,
  weight: (name: string) => Value,
  hidden: Value,
  around: Surroundings,
): Value {
  const normed = rmsNorm(tape, hidden, weight('input_layernorm'), config.normEpsilon);
  const project = (name: string) => linear(tape, normed, weight(`self_attn.${name}_proj`));
  const mixed = attention(tape, config, [project('q'), project('k'), project('v')], around);
  const between = linear(tape, mixed, weight('self_attn.o_proj'), hidden);
  const again = rmsNorm(tape, between, weight('post_attention_layernorm'), config.normEpsilon);
  const gate = linear(tape, again, weight('mlp.gate_proj'));
  const up = linear(tape, again, weight('mlp.up_proj'));
  return linear(tape, gatedUnit(tape, gate, up), weight('mlp.down_proj'), between);
}

/** The final norm; what follows is a product with `outputTable`. */
export function finalNorm(tape: Tape, config: ModelConfig, weights: Weights, hidden: Value): Value {
  return rmsNorm(tape, hidden, weights.get('model.norm.weight')!, config.normEpsilon);
}
