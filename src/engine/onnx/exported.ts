/**
 * A decoder as other programs run it: its cache comes in and goes out, under the names that `optimum` and transformers.js
 * use, and it is made of the ONNX standard's operators alone. Rows of a batch are filled up on the left, and the mask
 * says how far.
 */
import type { ModelConfig } from '../../model/config';
import { type Parameter, parametersOf } from '../../model/parameters';
import { rotaryFrequencies, rotaryStretch } from '../../model/rope';
import { type Attend, Decoder, outputTable } from './decoder';
import { Graph, type Value } from './graph';
import { Heads, type Sight } from './heads';
import type { Place } from './messages';
import { Tape } from './tape';

const rows = 'batch_size';
const length = 'sequence_length';
const past = 'past_sequence_length';
const total = 'total_sequence_length';

/**
 * Logits [rows, length, vocabulary] of `input_ids` [rows, length] after the keys and values of `past_key_values`.
 * @param placeOf says, once for each weight in the order of `parametersOf`, where it stands
 * @returns the file; without places, what stands in it before the numbers of each weight, in the same order
 */
export function exportedGraph(config: ModelConfig, placeOf?: (parameter: Parameter) => Place): Uint8Array[] {
  const graph = new Graph('any');
  const tokens = graph.input('input_ids', [rows, length], 'int64');
  const mask = graph.input('attention_mask', [rows, total], 'int64');
  const positions = graph.input('position_ids', [rows, length], 'int64');
  const weights = new Map(
    parametersOf(config).map((parameter) => [
      parameter.name,
      graph.weight(parameter.name, parameter.shape, placeOf?.(parameter)),
    ]),
  );
  const cache = new Cache(graph, config, { positions, bias: biasOf(graph, mask, tokens) });
  const decoder = new Decoder(new Tape(graph), config, weights);
  const flat = (x: Value) => graph.reshape(x, ['places']);
  const hidden = decoder.decode(decoder.embed(flat(tokens), flat(positions)), (parts) => cache.attend(parts));
  const logits = graph.matmul(decoder.finalNorm(hidden), outputTable(config, weights), { transB: true });
  const apart = graph.apart(logits, tokens, [config.vocabSize]);
  const named = graph.ops('Identity', [apart], [{ name: 'logits', shape: apart.shape }]);
  return graph.pieces([...named, ...cache.presents]);
}

/** 0 where a place may look, [rows, 1, length, total]: at itself and what stands before it, unless the mask has a 0 there. */
function biasOf(graph: Graph, mask: Value, tokens: Value): Value {
  const all = graph.sizeOf(mask, 1);
  const range = (from: Value, size: string) =>
    graph.ops('Range', [from, all, graph.constant([1], [], 'int64')], [{ shape: [size], type: 'int64' }])[0];
  const each = range(graph.binary('Sub', all, graph.sizeOf(tokens, 1)), length);
  const other = range(graph.constant([0], [], 'int64'), total);
  const causal = graph.ops(
    'GreaterOrEqual',
    [graph.reshape(each, [length, 1]), other],
    [{ shape: [length, total], type: 'bool' }],
  );
  const shape = [rows, 1, length, total];
  const real = graph.reshape(graph.cast(mask, 'bool'), [rows, 1, 1, total]);
  const visible = graph.ops('And', [...causal, real], [{ shape, type: 'bool' }]);
  return graph.ops('Where', [...visible, graph.scalar(0), graph.scalar(-1e9)], [{ shape }])[0];
}

/** Keys and values of every layer, [rows, kvHeads, total, size], and attention over them. */
class Cache {
  readonly presents: Value[] = [];
  private readonly heads: Heads;
  /** What turns by positions, if anything. */
  private readonly turn?: { cosine: Value; sine: Value };

  constructor(
    private readonly graph: Graph,
    private readonly config: ModelConfig,
    sight: Sight,
  ) {
    this.heads = new Heads(graph, config, sight);
    if (config.block.positions === 'rotary') this.turn = rotation(graph, config, sight.positions);
  }

  attend([queries, keys, values]: Parameters<Attend>[0]): Value {
    const { graph, config, heads } = this;
    const layer = this.presents.length / 2;
    const q = this.rotate(heads.split(queries, config.heads));
    const k = this.extended(`${layer}.key`, this.rotate(heads.split(keys, config.kvHeads)));
    const v = this.extended(`${layer}.value`, heads.split(values, config.kvHeads));
    const weights = heads.softmax(graph.matmul(heads.group(q), k, { transB: true, scale: heads.scale }));
    return heads.merge(heads.ungroup(graph.matmul(weights, v)), queries.shape);
  }

  /** With what came in before it. */
  private extended(name: string, now: Value): Value {
    const { kvHeads, headSize } = this.config;
    const before = this.graph.input(`past_key_values.${name}`, [rows, kvHeads, past, headSize]);
    const whole = { name: `present.${name}`, shape: [rows, kvHeads, total, headSize] };
    const [present] = this.graph.ops('Concat', [before, now], [whole], { axis: 2 });
    this.presents.push(present);
    return present;
  }

  /** Turns the first half of each head against its second. */
  private rotate(x: Value): Value {
    const { graph, turn } = this;
    if (!turn) return x;
    const half = [...x.shape.slice(0, -1), this.config.headSize / 2];
    const [a, b] = graph.ops('Split', [x], [{ shape: half }, { shape: half }], { axis: -1, num_outputs: 2 });
    const times = (part: Value, factor: Value) => graph.binary('Mul', part, factor);
    const first = graph.binary('Sub', times(a, turn.cosine), times(b, turn.sine));
    const second = graph.binary('Add', times(b, turn.cosine), times(a, turn.sine));
    return graph.op('Concat', [first, second], x.shape, { axis: -1 });
  }
}

/** Cosine and sine of position · frequency, stretched, [rows, 1, length, headSize / 2]. */
function rotation(graph: Graph, config: ModelConfig, positions: Value) {
  const list = (values: Float32Array) => graph.constant(values, [config.headSize / 2]);
  const place = graph.reshape(graph.cast(positions, 'float32'), [rows, 1, length, 1]);
  const angles = graph.binary('Mul', place, list(rotaryFrequencies(config)));
  const stretched = (x: Value) => graph.binary('Mul', x, list(rotaryStretch(config)));
  return { cosine: stretched(graph.unary('Cos', angles)), sine: stretched(graph.unary('Sin', angles)) };
}
