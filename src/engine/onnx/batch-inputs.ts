/**
 * A batch as graph inputs and as tensors: the packed rows, and the places that the loss looks at. Both halves stand side by side so that they can't drift apart.
 */
import { Tensor } from 'onnxruntime-node';
import type { Batch } from '../learner';
import type { Graph, Value } from './graph';

export interface BatchInputs {
  /** [rows, length] int32 each. */
  positions: Value;
  examples: Value;
  /** [places] int32. */
  tokens: Value;
  /** [scored] int32 each: where in `places` the loss looks, and what it expects there. */
  scored: Value;
  targets: Value;
  /** [scored]. */
  weights: Value;
}

export function batchInputs(graph: Graph): BatchInputs {
  return {
    positions: graph.input('positions', ['rows', 'length'], 'int32'),
    examples: graph.input('examples', ['rows', 'length'], 'int32'),
    tokens: graph.input('tokens', ['places'], 'int32'),
    scored: graph.input('scored', ['scored'], 'int32'),
    targets: graph.input('targets', ['scored'], 'int32'),
    weights: graph.input('weights', ['scored']),
  };
}

/** Places whose weight is not 0, ascending. */
export function scoredPlaces(batch: Batch): Int32Array {
  return Int32Array.from(batch.weights.keys()).filter((place) => batch.weights[place] !== 0);
}

/** The tensors for a batch, by input name. */
export function batchFeeds(batch: Batch, scored: Int32Array): Record<keyof BatchInputs, Tensor> {
  const targets = scored.map((place) => batch.targets[place]);
  const grid = (data: Int32Array) => new Tensor('int32', data, [batch.rows, batch.length]);
  const list = (data: Int32Array) => new Tensor('int32', data, [data.length]);
  return {
    positions: grid(batch.positions),
    examples: grid(batch.examples),
    tokens: list(batch.tokens),
    scored: list(scored),
    targets: list(targets),
    weights: new Tensor(
      'float32',
      Float32Array.from(scored, (place) => batch.weights[place]),
      [scored.length],
    ),
  };
}
