/**
 * What the engine's tests share: random numbers, small models, hand-packed batches, closeness, and running a graph
 * without a learner around it. Nothing here computes what is tested.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Batch, OptimizerSettings } from '../../../src/engine/learner';
import { batchFeeds, scoredPlaces } from '../../../src/engine/onnx/batch-inputs';
import type { Provider } from '../../../src/engine/onnx/graph';
import { gradientGraph } from '../../../src/engine/onnx/graphs';
import { processor } from '../../../src/engine/onnx/device';
import { OnnxLearner } from '../../../src/engine/onnx/learner';
import { openSession } from '../../../src/engine/onnx/session';
import { llamaBlock, type ModelConfig } from '../../../src/model/config';
import { readModel } from '../../../src/model/folder';
import { parametersOf, sizeOf, trainedParameters } from '../../../src/model/parameters';

export type Numbers = ReadonlyMap<string, Float32Array>;

export interface Example {
  tokens: readonly number[];
  /** `weights[i]` weighs the prediction of `tokens[i + 1]`. */
  weights: readonly number[];
}

export const adam: OptimizerSettings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 };

export const tiny: ModelConfig = {
  family: 'llama',
  vocabSize: 40,
  hiddenSize: 16,
  intermediateSize: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headSize: 6,
  maxPositions: 64,
  ropeTheta: 100,
  normEpsilon: 1e-5,
  tiedEmbeddings: true,
  bosToken: 1,
  eosToken: 2,
  padToken: 0,
  stopTokens: [2],
  block: llamaBlock,
};

/** Seeded normal numbers and whole numbers. */
export class Random {
  private readonly generator;

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
  }

  normal(count: number, deviation = 1, mean = 0): Float32Array {
    return Float32Array.from({ length: count }, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(this.generator)));
      return mean + deviation * radius * Math.cos(2 * Math.PI * uniformFloat64(this.generator));
    });
  }

  /** From `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return uniformInt(this.generator, from, to);
  }

  tokens(count: number, { vocabSize }: ModelConfig): number[] {
    return Array.from({ length: count }, () => this.whole(3, vocabSize - 1));
  }

  /** Some weights are 0, as those of a question are. */
  example(length: number, config: ModelConfig): Example {
    const weights = Array.from({ length: length - 1 }, () => Math.max(0, this.whole(-1, 4)) / 20);
    weights[length - 2] = 0.25;
    return { tokens: this.tokens(length, config), weights };
  }
}

/** Weights far from their initial values: norms differ from 1 and logits are spread wide. */
export function randomWeights(config: ModelConfig, seed: number): Map<string, Float32Array> {
  const random = new Random(seed);
  return new Map(
    parametersOf(config).map(({ name, shape }) => {
      const matrix = shape.length === 2;
      const deviation = matrix ? 1.2 / Math.sqrt(shape[1]) : 0.3;
      return [name, random.normal(sizeOf(shape), deviation, matrix ? 0 : 1)] as const;
    }),
  );
}

/** Examples one after the other in the rows they are given in; what is left of a row is padding. */
export function pack(rows: readonly (readonly Example[])[], length: number): Batch {
  const places = rows.length * length;
  const ints = (fill: number) => new Int32Array(places).fill(fill);
  const batch = {
    rows: rows.length,
    length,
    tokens: ints(0),
    targets: ints(0),
    positions: ints(0),
    examples: ints(-1),
  };
  const weights = new Float32Array(places);
  let exampleCount = 0;
  rows.forEach((members, row) => {
    let place = row * length;
    for (const { tokens, weights: own } of members) {
      assert.ok(place + own.length <= (row + 1) * length, 'The row is too short for its examples');
      own.forEach((weight, position) => {
        batch.tokens[place] = tokens[position];
        batch.targets[place] = tokens[position + 1];
        batch.positions[place] = position;
        batch.examples[place] = exampleCount;
        weights[place++] = weight;
      });
      exampleCount++;
    }
  });
  return { ...batch, weights, exampleCount };
}

/** Each example alone in a row that just holds the longest. */
export function apart(examples: readonly Example[]): Batch {
  return pack(
    examples.map((example) => [example]),
    Math.max(...examples.map(({ weights }) => weights.length)),
  );
}

/** What the learner's tests run on: the processor, or a GPU where the environment says so. */
export const provider: Provider = process.env.PIT_TEST_PROVIDER === 'webgpu' ? 'webgpu' : 'cpu';

export function learnerOf(
  config: ModelConfig,
  weights: Numbers,
  { optimizer = adam, threads = 1 }: { optimizer?: OptimizerSettings; threads?: number } = {},
): OnnxLearner {
  const own = new Map([...weights].map(([name, values]) => [name, values.slice()]));
  return new OnnxLearner({ config, weights: own, optimizer, device: { ...processor(threads), provider } });
}

/** A folder that is gone after `use`. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pit-engine-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A learner's weights, by way of the files that it saves. */
export function weightsOf(learner: OnnxLearner): Promise<Map<string, Float32Array>> {
  return inFolder(async (folder) => {
    await learner.save(folder, { optimizer: false });
    const { weights } = await readModel(folder);
    const names = parametersOf(learner.config).map(({ name }) => name);
    return new Map(await Promise.all(names.map(async (name) => [name, await weights.read(name)] as const)));
  });
}

/** Those of a learner's weights that it trains. */
export async function trainedOf(learner: OnnxLearner): Promise<Map<string, Float32Array>> {
  const all = await weightsOf(learner);
  return new Map(trainedParameters(learner.config).map(({ name }) => [name, all.get(name)!]));
}

/** Runs a graph of float32 results; gives them in the order of `names`. */
export async function evaluate(
  bytes: Uint8Array,
  feeds: Record<string, Tensor>,
  names: readonly string[],
): Promise<Float32Array[]> {
  const session = await openSession(bytes, { provider, threads: 1 });
  const results = await session.run(feeds, [...names]);
  await session.release();
  return names.map((name) => results[name].data as Float32Array);
}

/** Loss of a batch and the gradient of every weight. */
export async function gradientsOf(config: ModelConfig, weights: Numbers, batch: Batch, recompute = false) {
  const graph = gradientGraph(config, { provider, recompute });
  const tensors = parametersOf(config).map(({ name, shape }) => [
    name,
    new Tensor('float32', weights.get(name)!, shape),
  ]);
  const feeds = { ...Object.fromEntries(tensors), ...batchFeeds(batch, scoredPlaces(batch)) };
  const results = [...graph.perWeight.gradient];
  const names = [graph.results.loss, ...results.map(([, result]) => result)];
  const [loss, ...gradients] = await evaluate(graph.bytes, feeds, names);
  return { loss: loss[0], gradients: new Map(results.map(([name], i) => [name, gradients[i]])) };
}

export function norm(...lists: ArrayLike<number>[]): number {
  return Math.sqrt(lists.reduce((sum, list) => sum + dot(list, list), 0));
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);
}

/** The largest difference must be within `tolerance` of the largest expected magnitude. */
export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  const size = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  Array.from(actual).forEach((x, i) => {
    const close = Math.abs(x - expected[i]) <= tolerance * size;
    assert.ok(close, `${what}: ${x} at ${i}, expected ${expected[i]}; largest ${size}`);
  });
}
