/** What the measurements of the engine share: fresh models of a preset, full batches, medians. */
import { availableParallelism } from 'node:os';
import type { Batch, OptimizerSettings } from '../src/engine/learner';
import { processor } from '../src/engine/onnx/device';
import { OnnxLearner } from '../src/engine/onnx/learner';
import type { ModelConfig } from '../src/model/config';
import { initialize } from '../src/model/parameters';
import { presetConfig } from '../src/model/presets';

export type PresetName = 'nano' | 'micro';

export const threads = availableParallelism();
export const optimizer: OptimizerSettings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 };

/** The usual batch: 2,048 places, as in the demo. */
export const shape = { rows: 32, length: 64 };

export function configOf(preset: PresetName): ModelConfig {
  return presetConfig(preset, { vocabSize: 2048, bos: 1, eos: 2, pad: 0 });
}

export function freshLearner(config: ModelConfig): OnnxLearner {
  return new OnnxLearner({ config, weights: initialize(config, 1), optimizer, device: processor(threads) });
}

/** Rows without padding, each one example, every place with a target. */
export function fullBatch({ vocabSize }: ModelConfig, { rows, length }: typeof shape): Batch {
  const places = rows * length;
  const ids = (factor: number) => Int32Array.from({ length: places }, (_, i) => 3 + ((i * factor) % (vocabSize - 3)));
  return {
    rows,
    length,
    tokens: ids(7919),
    targets: ids(104_729),
    positions: Int32Array.from({ length: places }, (_, i) => i % length),
    examples: Int32Array.from({ length: places }, (_, i) => Math.floor(i / length)),
    weights: new Float32Array(places).fill(1 / places),
    exampleCount: rows,
  };
}

/** Seconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
