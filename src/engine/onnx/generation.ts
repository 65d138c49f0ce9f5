/**
 * Greedy generation with a key-value cache. The graph gives the keys and values of new tokens alone, which are put into
 * the cache here: all that a graph gives is copied. Prompts stand left-aligned in a batch, each row keeps its own length,
 * and attention looks at a row's own tokens only. Weights are constants that the graph only points to: ONNX
 * Runtime packs these once, and its products with packed weights add up in one order however many rows and threads there
 * are. So what else is in the batch does not change a row's numbers by one bit.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelConfig } from '../../model/config';
import { parametersOf, sizeOf } from '../../model/parameters';
import type { GenerateOptions } from '../learner';
import { rotations } from './attention';
import { type Attend, Decoder, outputTable } from './decoder';
import { Graph, type Value } from './graph';
import type { Place } from './messages';
import { Tape } from './tape';

export interface GenerationGraph {
  bytes: Uint8Array;
  next: string;
  /** Names of the cache's inputs and of what is new, keys and values of each layer in turn. */
  caches: { past: string; fresh: string }[];
  /** Numbers that the cache holds for a head and position. */
  width: number;
}

/**
 * The most likely next token [batch] int64 for tokens [batch, steps] after what the cache holds.
 * @param placeOf where a weight's numbers lie; in a file of its own name if left out
 */
export function generationGraph(
  config: ModelConfig,
  placeOf: (name: string) => Place = (file) => ({ file, offset: 0 }),
): GenerationGraph {
  const graph = new Graph();
  const pointer = (name: string, shape: number[]) => graph.weight(name, shape, placeOf(name));
  const weights = new Map(parametersOf(config).map(({ name, shape }) => [name, pointer(name, shape)]));
  const tokens = graph.input('tokens', ['batch', 'steps'], 'int32');
  const last = graph.input('last', ['batch'], 'int32');
  const cache = new Cache(graph, config);
  const decoder = new Decoder(new Tape(graph), config, weights);
  const flat = (x: Value) => graph.reshape(x, ['places']);
  const hidden = decoder.decode(decoder.embed(flat(tokens), flat(cache.positions)), (parts) => cache.attend(parts));
  const ends = graph.op('Gather', [hidden, last], ['batch', config.hiddenSize], { axis: 0 });
  const logits = graph.matmul(decoder.finalNorm(ends), outputTable(config, weights), { transB: true });
  const next = graph.ops('ArgMax', [logits], [{ shape: ['batch'], type: 'int64' }], { axis: -1, keepdims: 0 })[0];
  return { bytes: graph.build([next, ...cache.fresh]), next: next.name, caches: cache.names, width: cache.width };
}

/** Keys and values of every layer, and the operator that attends to them and to what is new. */
class Cache {
  /** [batch, steps, kvHeads · width] each. */
  readonly fresh: Value[] = [];
  readonly names: GenerationGraph['caches'] = [];
  /** The operator takes heads of a multiple of 8; narrower ones are filled up with zeros. */
  readonly width: number;
  private readonly lengths: Value;
  private readonly total: Value;
  readonly positions: Value;
  private readonly tables: { cosine: Value; sine: Value };

  constructor(
    private readonly graph: Graph,
    private readonly config: ModelConfig,
  ) {
    this.width = Math.ceil(config.headSize / 8) * 8;
    this.lengths = graph.input('lengths', ['batch'], 'int32');
    this.total = graph.input('total', [], 'int32');
    this.positions = graph.input('positions', ['batch', 'steps'], 'int64');
    this.tables = rotations(graph, config);
  }

  attend(parts: Parameters<Attend>[0]): Value {
    const { heads, kvHeads, headSize } = this.config;
    const { graph } = this;
    const [q, k, v] = parts.map((part) => graph.apart(part, this.positions, [part.shape[1] as number]));
    const shape = ['batch', kvHeads, 'capacity', this.width];
    const past = ['keys', 'values'].map((kind) => graph.input(`${kind}.${this.names.length / 2}`, shape));
    const queries = this.widen(this.rotate(q), heads);
    const fresh = [this.widen(this.rotate(k), kvHeads), this.widen(v, kvHeads)];
    const [mixed] = graph.ops(
      'GroupQueryAttention',
      [queries, ...fresh, ...past, this.lengths, this.total],
      [{ shape: queries.shape }, { shape }, { shape }],
      { num_heads: heads, kv_num_heads: kvHeads, scale: { float: 1 / Math.sqrt(headSize) } },
    );
    this.fresh.push(...fresh);
    this.names.push(...past.map(({ name }, i) => ({ past: name, fresh: fresh[i].name })));
    return graph.reshape(this.narrow(mixed, q.shape), parts[0].shape);
  }

  private widen(x: Value, heads: number): Value {
    const { graph, width } = this;
    const { headSize } = this.config;
    if (width === headSize) return x;
    const apart = graph.reshape(x, ['batch', 'steps', heads, headSize]);
    const fill = graph.sizes([0, 0, 0, 0, 0, 0, 0, width - headSize]);
    const filled = graph.op('Pad', [apart, fill], ['batch', 'steps', heads, width]);
    return graph.reshape(filled, ['batch', 'steps', heads * width]);
  }

  private narrow(x: Value, shape: Value['shape']): Value {
    const { graph, width } = this;
    const { heads, headSize } = this.config;
    if (width === headSize) return x;
    const apart = graph.reshape(x, ['batch', 'steps', heads, width]);
    const range = [0, headSize, 3].map((bound) => graph.sizes([bound]));
    return graph.reshape(graph.op('Slice', [apart, ...range], ['batch', 'steps', heads, headSize]), shape);
  }

  private rotate(x: Value): Value {
    if (this.config.block.positions !== 'rotary') return x;
    const { cosine, sine } = this.tables;
    return this.graph.op('RotaryEmbedding', [x, this.positions, cosine, sine], x.shape);
  }
}

/** Runs the graph for one batch of prompts until every row has stopped. */
export class Generation {
  constructor(
    private readonly session: InferenceSession,
    private readonly graph: GenerationGraph,
    private readonly config: ModelConfig,
  ) {}

  /** The new tokens of each prompt, without the one that ended it. */
  async run(prompts: readonly Int32Array[], { maxTokens, stopTokens }: GenerateOptions): Promise<Int32Array[]> {
    const lengths = Int32Array.from(prompts, (prompt) => prompt.length);
    const longest = Math.max(...lengths);
    const { maxPositions } = this.config;
    const caches = this.emptyCaches(prompts.length, Math.min(longest + maxTokens, maxPositions));
    const limits = prompts.map(({ length }) => Math.min(maxTokens, maxPositions - length));
    const answers: number[][] = prompts.map(() => []);
    const open = new Set(prompts.keys());
    let next = await this.forward(padded(prompts, longest), longest, lengths, caches);
    for (;;) {
      for (const row of [...open])
        if (stopTokens.includes(next[row]) || answers[row].push(next[row]) >= limits[row]) open.delete(row);
      if (open.size === 0) break;
      lengths.forEach((length, row) => (lengths[row] = open.has(row) ? length + 1 : length));
      next = await this.forward(next, 1, lengths, caches);
    }
    return answers.map((answer) => Int32Array.from(answer));
  }

  /** The next token of each row after `tokens`, [rows × steps], of which the last brings a row to its length. */
  private async forward(tokens: Int32Array, steps: number, lengths: Int32Array, caches: Tensor[]): Promise<Int32Array> {
    const rows = lengths.length;
    const last = lengths.map((length, row) => row * steps + (steps === 1 ? 0 : length - 1));
    const positions = BigInt64Array.from({ length: rows * steps }, (_, i) =>
      BigInt(steps === 1 ? lengths[i] - 1 : i % steps),
    );
    const feeds = {
      ...Object.fromEntries(this.graph.caches.map(({ past }, i) => [past, caches[i]])),
      tokens: new Tensor('int32', tokens, [rows, steps]),
      last: new Tensor('int32', last, [rows]),
      lengths: new Tensor(
        'int32',
        lengths.map((length) => length - 1),
        [rows],
      ),
      positions: new Tensor('int64', positions, [rows, steps]),
      total: new Tensor('int32', Int32Array.of(Math.max(...lengths)), []),
    };
    const results = await this.session.run(feeds);
    this.graph.caches.forEach(({ fresh }, i) => extend(caches[i], results[fresh], positions));
    return Int32Array.from(results[this.graph.next].data as BigInt64Array, Number);
  }

  private emptyCaches(rows: number, capacity: number): Tensor[] {
    const dims = [rows, this.config.kvHeads, capacity, this.graph.width];
    return this.graph.caches.map(() => new Tensor('float32', new Float32Array(sizeOf(dims)), dims));
  }
}

/** Puts keys or values [rows, steps, heads · size] into a cache [rows, heads, capacity, size], each at its position. */
function extend(cache: Tensor, fresh: Tensor, positions: BigInt64Array): void {
  const [rows, heads, capacity, size] = cache.dims;
  const [to, from] = [cache.data as Float32Array, fresh.data as Float32Array];
  const steps = positions.length / rows;
  positions.forEach((position, place) => {
    const row = Math.floor(place / steps);
    for (let head = 0; head < heads; head++) {
      const start = (place * heads + head) * size;
      to.set(from.subarray(start, start + size), ((row * heads + head) * capacity + Number(position)) * size);
    }
  });
}

/** Left-aligned rows of `length` tokens, [rows × length]; what is beyond a prompt's end is never looked at. */
function padded(prompts: readonly Int32Array[], length: number): Int32Array {
  const tokens = new Int32Array(prompts.length * length);
  prompts.forEach((prompt, row) => tokens.set(prompt, row * length));
  return tokens;
}
