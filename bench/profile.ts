/** Where a training step's time goes: ONNX Runtime's own profile of every operator. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { batchFeeds, scoredPlaces } from '../src/engine/onnx/batch-inputs';
import { processor } from '../src/engine/onnx/device';
import { gradientGraph } from '../src/engine/onnx/graphs';
import { Optimizer } from '../src/engine/onnx/optimizer';
import { Programs, run } from '../src/engine/onnx/programs';
import { TrainingState } from '../src/engine/onnx/state';
import type { ModelConfig } from '../src/model/config';
import { initialize } from '../src/model/parameters';
import { configOf, fullBatch, optimizer, type PresetName, shape, threads } from './model';

interface ProfileEvent {
  cat: string;
  name: string;
  /** Microseconds. */
  dur: number;
  args: { op_name: string };
}

const matrixProducts = new Set(['Gemm', 'FusedMatMul', 'MatMul']);

/** Share of a step's operator time that is not spent in matrix products, from 0 to 1. */
export async function shareOutsideProducts(preset: PresetName, steps = 15): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pit-profile-'));
  try {
    await runProfiled(configOf(preset), steps, folder);
    const files = (await readdir(folder)).map((file) => readFile(path.join(folder, file), 'utf8'));
    return shareOutside((await Promise.all(files)).flatMap((text) => JSON.parse(text) as ProfileEvent[]));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runProfiled(config: ModelConfig, steps: number, folder: string): Promise<void> {
  const sessions: InferenceSession[] = [];
  const programs = new Programs(processor(threads), async (graph) => {
    const session = await InferenceSession.create(graph, profiled(path.join(folder, `${sessions.length}`)));
    sessions.push(session);
    return session;
  });
  const program = await programs.of('gradient', () => gradientGraph(config));
  const update = new Optimizer(config, optimizer, programs);
  const state = new TrainingState(config, initialize(config, 1));
  const batch = fullBatch(config, shape);
  for (let step = 0; step < steps; step++) {
    const feeds = { ...state.weights, ...batchFeeds(batch, scoredPlaces(batch)) };
    const { results, written } = await run(program, feeds, state.gradients);
    await update.step(state, written, { rate: 1e-3, norm: results.norm[0] });
  }
  for (const session of sessions) session.endProfiling();
  await programs.forget();
}

function profiled(profileFilePrefix: string): InferenceSession.SessionOptions {
  const settings = { enableMemPattern: false, logSeverityLevel: 3 as const, enableProfiling: true };
  return { intraOpNumThreads: threads, ...settings, profileFilePrefix };
}

function shareOutside(events: readonly ProfileEvent[]): number {
  const nodes = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  const sum = (list: readonly ProfileEvent[]) => list.reduce((total, { dur }) => total + dur, 0);
  return sum(nodes.filter(({ args }) => !matrixProducts.has(args.op_name))) / sum(nodes);
}
