/**
 * A decoder block by block, as operations on a tape: what differs between families is read off the config. Weights go by
 * the names of `parametersOf`.
 */
import type { ModelConfig } from '../../model/config';
import { adapterOf, loraScale } from '../../model/lora';
import { parametersOf } from '../../model/parameters';
import { gelu, geluTanh } from './gelu';
import type { Graph, Value } from './graph';
import { layerNorm } from './layer-norm';
import { type Adapter, add, gatedUnit, linear, type Projection, reshaped, rmsNorm, takeRows } from './layers';
import type { Tape } from './tape';
import { embed } from './vocabulary';

export type Weights = ReadonlyMap<string, Value>;

/** Attention of queries [places, heads · size] over keys and values [places, kvHeads · size]; same shape as queries. */
export type Attend = (parts: readonly [queries: Value, keys: Value, values: Value], tape: Tape) => Value;

/** One graph input a weight, in the order of `parametersOf`. */
export function weightInputs(graph: Graph, config: ModelConfig): Weights {
  return new Map(parametersOf(config).map(({ name, shape }) => [name, graph.input(name, shape)]));
}

/** The matrix that turns hidden states into logits: the embedding where they are tied. */
export function outputTable(config: ModelConfig, weights: Weights): Value {
  return weights.get(config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight')!;
}

export class Decoder {
  constructor(
    readonly tape: Tape,
    readonly config: ModelConfig,
    readonly weights: Weights,
    /** Whether blocks keep nothing for the way back but what goes into them. */
    private readonly recompute = false,
  ) {}

  /** Hidden states [places, hiddenSize] of tokens [places] at positions [places]. */
  embed(tokens: Value, positions: Value): Value {
    const embedded = embed(this.tape, this.weights.get('model.embed_tokens.weight')!, tokens);
    const places = this.weights.get('model.embed_positions.weight');
    return places ? add(this.tape, embedded, embed(this.tape, places, positions)) : embedded;
  }

  /** Hidden states after all blocks, before the final norm. @param attend one call a layer, from the first */
  decode(embedded: Value, attend: Attend): Value {
    const layers = Array.from({ length: this.config.layers }, (_, layer) => `model.layers.${layer}`);
    if (!this.recompute) return layers.reduce((hidden, layer) => this.block(layer, hidden, attend), embedded);
    const compute = (layer: string) => (tape: Tape, hidden: Value) => this.on(tape).block(layer, hidden, attend);
    return layers.reduce((hidden, layer) => this.tape.recomputed(hidden, compute(layer)), embedded);
  }

  /** The final norm; what follows is a product with `outputTable`. */
  finalNorm(hidden: Value): Value {
    return this.norm('model.norm', hidden);
  }

  private on(tape: Tape): Decoder {
    return new Decoder(tape, this.config, this.weights);
  }

  private block(layer: string, hidden: Value, attend: Attend): Value {
    const { normPlace, parallel } = this.config.block;
    const norm = (name: string, x: Value) => this.norm(`${layer}.${name}`, x);
    if (normPlace === 'after') {
      const mixed = this.attention(layer, hidden, attend);
      const between = add(this.tape, hidden, norm('post_attention_layernorm', mixed));
      return add(this.tape, between, norm('post_feedforward_layernorm', this.mlp(layer, between)));
    }
    const between = this.attention(layer, norm('input_layernorm', hidden), attend, hidden);
    return this.mlp(layer, norm('post_attention_layernorm', parallel ? hidden : between), between);
  }

  /** @param plus what it is added to, if anything */
  private attention(layer: string, x: Value, attend: Attend, plus?: Value): Value {
    const project = (name: string) => linear(this.tape, x, this.projection(`${layer}.self_attn.${name}_proj`));
    const normed = (name: string) => this.partNorm(`${layer}.self_attn.${name}_norm.weight`, project(name));
    const mixed = attend([normed('q'), normed('k'), project('v')], this.tape);
    return linear(this.tape, mixed, this.projection(`${layer}.self_attn.o_proj`), plus);
  }

  private mlp(layer: string, x: Value, plus?: Value): Value {
    const project = (name: string) => linear(this.tape, x, this.projection(`${layer}.mlp.${name}_proj`));
    return linear(this.tape, this.activated(project), this.projection(`${layer}.mlp.down_proj`), plus);
  }

  private activated(project: (name: string) => Value): Value {
    switch (this.config.block.mlp) {
      case 'gated silu':
        return gatedUnit(this.tape, project('gate'), project('up'));
      case 'gelu':
        return gelu(this.tape, project('up'));
      case 'gelu tanh':
        return geluTanh(this.tape, project('up'));
    }
  }

  private projection(name: string): Projection {
    const weight = `${name}.weight`;
    return {
      weight: this.weights.get(weight)!,
      bias: this.weights.get(`${name}.bias`),
      lora: this.adapter(weight),
    };
  }

  private adapter(weight: string): Adapter | undefined {
    const found = adapterOf(weight, this.config);
    if (!found) return undefined;
    const { a, b, rows } = found;
    const whole = this.weights.get(b)!;
    const own = rows ? takeRows(this.tape, whole, this.tape.graph.constant(rows, [rows.length], 'int32')) : whole;
    return { a: this.weights.get(a)!, b: own, scale: loraScale(this.config.lora!) };
  }

  private norm(name: string, x: Value): Value {
    const { block, normEpsilon } = this.config;
    const weight = this.weights.get(`${name}.weight`)!;
    if (block.norm === 'rms') return rmsNorm(this.tape, x, weight, normEpsilon);
    return layerNorm(this.tape, x, weight, this.weights.get(`${name}.bias`)!, normEpsilon);
  }

  /** The norm over queries or keys: head by head, or over all heads at once. */
  private partNorm(name: string, x: Value): Value {
    const weight = this.weights.get(name);
    if (!weight) return x;
    const apart = reshaped(this.tape, x, ['heads', weight.shape[0]]);
    return reshaped(this.tape, rmsNorm(this.tape, apart, weight, this.config.normEpsilon), x.shape);
  }
}
