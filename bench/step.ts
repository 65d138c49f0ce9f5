/**
 * A training step's floating-point operations a second, over those of the largest matrix product that the same provider
 * does with the same threads. Both are measured in turn, so that a busy machine slows both, and medians are compared.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Graph } from '../src/engine/onnx/graph';
import type { ModelConfig } from '../src/model/config';
import { parametersOf, sizeOf } from '../src/model/parameters';
import { configOf, freshLearner, fullBatch, median, type PresetName, shape, threads, timed } from './model';
import { runPython } from './python';

export interface StepSpeed {
  /** Operations a second of a step, and of the fastest product. */
  step: number;
  product: number;
  tokensPerSecond: number;
}

/** Sides [m, k, n] of the products that compete. */
const products = [
  [1024, 1024, 1024],
  [2048, 512, 2048],
  [2048, 2048, 2048],
] as const;

/** Steps and products of about the same length in turn, in rounds. */
export async function measureStep(preset: PresetName, rounds = 15): Promise<StepSpeed> {
  const config = configOf(preset);
  const learner = freshLearner(config);
  const batch = fullBatch(config, shape);
  const competitors = await Promise.all(products.map(openProduct));
  const steps: number[] = [];
  const step = () => learner.step([batch], 1e-3);
  await step();
  for (let round = 0; round < rounds; round++) {
    for (const competitor of competitors) {
      steps.push(await timed(step));
      competitor.seconds.push(await timed(competitor.run));
    }
  }
  await learner.close();
  await Promise.all(competitors.map(({ close }) => close()));
  const seconds = median(steps);
  const product = Math.max(...competitors.map((competitor) => competitor.flops / median(competitor.seconds)));
  return { step: stepFlops(config) / seconds, product, tokensPerSecond: (shape.rows * shape.length) / seconds };
}

export interface TrainingWork {
  /** Places that are computed, those whose logits are, and pairs of places that see each other or are masked. */
  places: number;
  scored: number;
  pairs: number;
}

/**
 * Operations of the matrix products of training: forward, and twice that backward. 6 a place and number in a matrix, the
 * output matrix at scored places alone and the embedding look-up not, and 12 · heads · headSize a layer and pair.
 */
export function trainingFlops(config: ModelConfig, { places, scored, pairs }: TrainingWork): number {
  const { layers, heads, headSize, vocabSize, hiddenSize } = config;
  const blocks = parametersOf(config).filter(
    ({ name, shape: sides }) => sides.length === 2 && name.startsWith('model.layers.'),
  );
  const matrices = blocks.reduce((sum, { shape: sides }) => sum + sizeOf(sides), 0);
  return 6 * (places * matrices + scored * vocabSize * hiddenSize) + 12 * layers * heads * headSize * pairs;
}

/** Of a step over the usual batch, whose every place is scored. */
function stepFlops(config: ModelConfig): number {
  const { rows, length } = shape;
  return trainingFlops(config, { places: rows * length, scored: rows * length, pairs: rows * length ** 2 });
}

/** A product that can be run again and again. */
export async function openProduct([m, k, n]: readonly [m: number, k: number, n: number]) {
  const graph = new Graph();
  const result = graph.matmul(graph.input('a', [m, k]), graph.input('b', [k, n]));
  const session = await InferenceSession.create(graph.build([result]), { intraOpNumThreads: threads });
  const ones = (rows: number, columns: number) =>
    new Tensor('float32', new Float32Array(rows * columns).fill(1), [rows, columns]);
  const feeds = { a: ones(m, k), b: ones(k, n) };
  const fetches = { [result.name]: ones(m, n) };
  const run = () => session.run(feeds, fetches);
  await run();
  return { flops: 2 * m * k * n, seconds: [] as number[], run, close: () => session.release() };
}

/** How many times the speed of PyTorch's eager step; undefined where there is no torch. Both run in turn. */
export async function measureAgainstTorch(preset: PresetName, rounds = 3): Promise<number | undefined> {
  const config = configOf(preset);
  const batch = fullBatch(config, shape);
  const learner = freshLearner(config);
  const words = ['--preset-json', JSON.stringify(config), '--rows', `${shape.rows}`, '--length', `${shape.length}`];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const seconds: number[] = [];
    const stepTenTimes = async () => {
      for (let i = 0; i < 10; i++) seconds.push(await timed(() => learner.step([batch], 1e-3)));
    };
    await stepTenTimes();
    const torch = runPython('step.py', words);
    if (!torch) break;
    await stepTenTimes();
    ratios.push(torch.stepMs / 1000 / median(seconds));
  }
  await learner.close();
  return ratios.length > 0 ? median(ratios) : undefined;
}
