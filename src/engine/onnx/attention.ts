/**
 * Causal self-attention with rotary positions and grouped queries over packed rows, forward and backward. A place sees
 * only itself and earlier places of its own example.
 */
import type { ModelConfig } from '../../model/config';
import { rotaryFrequencies, rotaryStretch } from '../../model/rope';
import type { Graph, Value } from './graph';
import { Heads, type Sight } from './heads';
import type { Tape } from './tape';

/** What attention needs to know about a batch, computed once and used by every layer. */
export interface Surroundings extends Sight {
  cosine: Value;
  sine: Value;
  /** −sine: rotates back. */
  negativeSine: Value;
}

/** From example ordinals and positions, both [rows, length] int32. */
export function surroundings(graph: Graph, config: ModelConfig, examples: Value, positions: Value): Surroundings {
  const same = compare(graph, 'Equal', examples);
  const earlier = compare(graph, 'GreaterOrEqual', positions);
  const visible = graph.ops('And', [same, earlier], [{ shape: same.shape, type: 'bool' }])[0];
  const bias = graph.ops('Where', [visible, graph.scalar(0), graph.scalar(-1e9)], [{ shape: same.shape }])[0];
  return { positions: graph.cast(positions, 'int64'), bias, ...rotations(graph, config) };
}

/** Each place of a row with each other: [rows, 1, length, length] bool from [rows, length]. */
function compare(graph: Graph, operator: 'Equal' | 'GreaterOrEqual', x: Value): Value {
  const [rows, length] = x.shape;
  const each = graph.reshape(x, [rows, 1, length, 1]);
  const other = graph.reshape(x, [rows, 1, 1, length]);
  return graph.ops(operator, [each, other], [{ shape: [rows, 1, length, length], type: 'bool' }])[0];
}

/** Cosine and sine of position × frequency, stretched, [maxPositions, headSize / 2] each. */
export function rotations(graph: Graph, config: ModelConfig) {
  const { maxPositions, headSize } = config;
  const half = headSize / 2;
  const [frequencies, stretch] = [rotaryFrequencies(config), rotaryStretch(config)];
  const angles = Float64Array.from(
    { length: maxPositions * half },
    (_, i) => Math.floor(i / half) * frequencies[i % half],
  );
  const table = (f: (angle: number) => number) =>
    graph.constant(
      Float32Array.from(angles, (angle, i) => stretch[i % half] * f(angle)),
      [maxPositions, half],
    );
  return { cosine: table(Math.cos), sine: table(Math.sin), negativeSine: table((angle) => -Math.sin(angle)) };
}

/** Attention of queries [places, heads · size] over keys and values [places, kvHeads · size]; same shape as queries. */
export function attention(
  tape: Tape,
  config: ModelConfig,
  [queries, keys, values]: readonly [Value, Value, Value],
  around: Surroundings,
): Value {
  const { graph } = tape;
  const heads = new Heads(graph, config, around);
  const rotate = (x: Value, sine: Value) => rotated(graph, config, around, x, sine);
  const q = rotate(heads.split(queries, config.heads), around.sine);
  const k = rotate(heads.split(keys, config.kvHeads), around.sine);
  const v = heads.split(values, config.kvHeads);
  const grouped = heads.group(q);
  const weights = heads.softmax(graph.matmul(grouped, k, { transB: true, scale: heads.scale }));
  const mixed = graph.matmul(weights, v);
  const output = heads.merge(heads.ungroup(mixed), queries.shape);
  return tape.record(output, [queries, keys, values], (gradient) => {
    const back = heads.group(heads.split(gradient, config.heads));
    const delta = graph.sum(graph.binary('Mul', back, mixed), [3], true);
    const pull = graph.matmul(back, v, { transB: true });
    const scores = graph.binary('Mul', weights, graph.binary('Sub', pull, delta));
    const toQ = heads.ungroup(graph.matmul(scores, k, { scale: heads.scale }));
    const toK = graph.matmul(scores, grouped, { transA: true, scale: heads.scale });
    const toV = graph.matmul(weights, back, { transA: true });
    return [
      tape.added(heads.merge(rotate(toQ, around.negativeSine), queries.shape)),
      tape.added(heads.merge(rotate(toK, around.negativeSine), keys.shape)),
      tape.added(heads.merge(toV, values.shape)),
    ];
  });
}

/** x [rows, heads, length, size] turned by the positions of its places; back by them with the other sine. */
function rotated(graph: Graph, config: ModelConfig, around: Surroundings, x: Value, sine: Value): Value {
  if (config.block.positions !== 'rotary') return x;
  return graph.op('RotaryEmbedding', [x, around.positions, around.cosine, sine], x.shape);
}
