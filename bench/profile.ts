/** Where a training step's time goes: ONNX Runtime's own profile of every operator. */
import { readFile, rm } from 'node:fs/promises';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { corrections } from '../src/engine/onnx/adamw';
import { batchFeeds, scoredPlaces } from '../src/engine/onnx/batch-inputs';
import { stepGraph } from '../src/engine/onnx/graphs';
import { TrainingState } from '../src/engine/onnx/state';
import type { ModelConfig } from '../src/model/config';
import { initialize } from '../src/model/parameters';
import { configOf, fullBatch, median, optimizer, type PresetName, shape, threads } from './model';

interface ProfileEvent {
  cat: string;
  name: string;
  /** Microseconds. */
  dur: number;
  args: { op_name: string };
}

const matrixProducts = new Set(['Gemm', 'FusedMatMul', 'MatMul']);

/** Share of a step's operator time that is not spent in matrix products, from 0 to 1, by median times of each node. */
export async function shareOutsideProducts(preset: PresetName, steps = 15): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pit-profile-'));
  try {
    await runProfiled(configOf(preset), steps, path.join(folder, 'step'));
    const [file] = await readdir(folder);
    const events = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as ProfileEvent[];
    return shareOutside(events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time')));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runProfiled(config: ModelConfig, steps: number, prefix: string): Promise<void> {
  const options = { intraOpNumThreads: threads, logSeverityLevel: 3, enableProfiling: true, profileFilePrefix: prefix };
  const session = await InferenceSession.create(
    stepGraph(config, optimizer).bytes,
    options as InferenceSession.SessionOptions,
  );
  const batch = fullBatch(config, shape);
  const scalars = { rate: 1e-3, ...corrections(optimizer, 1) };
  const feeds = {
    ...new TrainingState(config, initialize(config, 1)).inputs,
    ...batchFeeds(batch, scoredPlaces(batch)),
    ...Object.fromEntries(Object.entries(scalars).map(([name, x]) => [name, new Tensor('float32', [x], [])])),
  };
  for (let step = 0; step < steps; step++) await session.run(feeds);
  session.endProfiling();
  await session.release();
}

function shareOutside(events: readonly ProfileEvent[]): number {
  const nodes = new Map<string, { product: boolean; times: number[] }>();
  for (const { name, dur, args } of events) {
    const node = nodes.get(name) ?? { product: matrixProducts.has(args.op_name), times: [] };
    nodes.set(name, node);
    node.times.push(dur);
  }
  const sum = (list: { times: number[] }[]) => list.reduce((total, { times }) => total + median(times), 0);
  const all = [...nodes.values()];
  return sum(all.filter(({ product }) => !product)) / sum(all);
}
