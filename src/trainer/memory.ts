/** Whether an experiment fits into this machine, and what would make it fit. */
import { gigabytes } from '../engine/bytes';
import { type BatchSize, describeDemand, type MemoryDemand, memoryOf } from '../engine/onnx/memory';
import type { ModelConfig } from '../model/config';
import type { Complaint } from '../schedule/complaints';
import type { Experiment } from '../schedule/experiment';
import type { Provider } from '../engine/onnx/graph';
import { adviceFor, type Trained } from './remedies';
import type { Room } from './room';

/** The largest micro-batch of an experiment. @param places of each example that it trains on */
export function batchSize(experiment: Experiment, places: readonly number[]): BatchSize {
  const { training, stages = [] } = experiment;
  const longestFirst = [...places].sort((a, b) => b - a);
  const [longest = 1] = longestFirst;
  const sumOf = (examples: number) => longestFirst.slice(0, examples).reduce((sum, each) => sum + each, 0);
  const batches = [training.documents, training.questions, training.mixed, ...stages];
  const step = Math.max(...batches.map(({ batch = 0 }) => (typeof batch === 'number' ? sumOf(batch) : batch.tokens)));
  const { microBatch, row } = training;
  const length = row === 'auto' ? Math.ceil(1.5 * longest) : row;
  return { places: Math.min(step, microBatch), length, accumulated: step > microBatch, recompute: training.recompute };
}

/** What it takes of the memory of what trains. */
export function demandOf(
  experiment: Experiment,
  config: ModelConfig,
  places: readonly number[],
  provider = providerOf(experiment),
): MemoryDemand {
  return memoryOf(config, batchSize(experiment, places), provider);
}

/** @param isGpu whether "auto" may take one */
export function providerOf({ device }: Experiment, isGpu = false): Provider {
  return device === 'auto' ? (isGpu ? 'webgpu' : 'cpu') : device;
}

/**
 * An error where it takes more than there is, a warning where little is left, or nobody can say whether that is enough.
 * Of "auto" nothing is refused: it may not take the GPU.
 */
export function memoryComplaint(
  experiment: Experiment,
  config: ModelConfig,
  places: readonly number[],
  { where, bytes, isGpu }: Room,
): (Complaint & { severity: 'error' | 'warning' }) | undefined {
  if (places.length === 0 || experiment.engine !== 'onnx') return undefined;
  const provider = providerOf(experiment, isGpu);
  const demand = demandOf(experiment, config, places, provider);
  const said = `Training takes about ${describeDemand(demand)}`;
  const complaint = { path: ['training', 'microBatch'], severity: 'warning' as const };
  if (bytes === undefined)
    return demand.total < little
      ? undefined
      : { ...complaint, message: `${said}; how much ${where} has is not known.` };
  const room = tight * bytes;
  if (demand.total < room) return undefined;
  const longest = places.reduce((most, each) => Math.max(most, each), 0);
  const needs = (trained: Trained) => demandOf(trained.experiment, trained.config, places, provider).total;
  const advice = adviceFor({ experiment, config }, longest, needs, room);
  const severity = demand.total > bytes && experiment.device !== 'auto' ? 'error' : 'warning';
  const rest = advice ? `: ${advice}` : ', and a smaller batch, recomputation and adapters would not be enough';
  return { ...complaint, severity, message: `${said}, and ${where} has ${gigabytes(bytes)}${rest}.` };
}

/** Share of the memory beyond which other programs are in the way. */
export const tight = 0.85;
/** Bytes that any GPU has. */
const little = 2e9;
