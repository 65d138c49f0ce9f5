/** Attention's heads as a graph sees them: activations apart and together again, and the weights of what they look at. */
import type { ModelConfig } from '../../model/config';
import type { Graph, Value } from './graph';

export interface Sight {
  /** Position of each place, [rows, length]. */
  positions: Value;
  /** 0 where a place may look, a large negative number where not, [rows, 1, length, total]. */
  bias: Value;
}

/** Moves activations between [places, heads · size] and [rows, heads, length, size]. */
export class Heads {
  /** What products of queries and keys are multiplied by. */
  readonly scale: number;

  constructor(
    private readonly graph: Graph,
    private readonly config: ModelConfig,
    private readonly sight: Sight,
  ) {
    this.scale = 1 / Math.sqrt(config.headSize);
  }

  split(x: Value, heads: number): Value {
    const { graph, config, sight } = this;
    return graph.transpose(graph.apart(x, sight.positions, [heads, config.headSize]), [0, 2, 1, 3]);
  }

  merge(x: Value, shape: Value['shape']): Value {
    return this.graph.reshape(this.graph.transpose(x, [0, 2, 1, 3]), shape);
  }

  /** Heads that share keys stand below each other, so that one product serves the group: [rows, kvHeads, n, size]. */
  group(x: Value): Value {
    const { heads, kvHeads, headSize } = this.config;
    return heads === kvHeads ? x : this.graph.reshape(x, [x.shape[0], kvHeads, 'grouped', headSize]);
  }

  ungroup(x: Value): Value {
    const { heads, headSize } = this.config;
    return this.graph.reshape(x, [x.shape[0], heads, this.sight.positions.shape[1], headSize]);
  }

  /** How much each place looks at each other, of their scores; both [rows, kvHeads, n, total]. */
  softmax(scores: Value): Value {
    const { graph, config, sight } = this;
    const [rows, , length, total] = sight.bias.shape;
    const apart = graph.reshape(scores, [rows, config.heads, length, total]);
    const masked = graph.binary('Add', apart, sight.bias);
    return graph.reshape(graph.op('Softmax', [masked], masked.shape, { axis: -1 }), scores.shape);
  }
}
