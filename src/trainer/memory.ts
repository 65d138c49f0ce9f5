/** Whether an experiment fits into this machine, and what would make it fit. */
import { gigabytes } from '../engine/bytes';
import { type BatchSize, describeDemand, type MemoryDemand, memoryOf } from '../engine/onnx/memory';
import { adapt } from '../model/adapt';
import type { ModelConfig } from '../model/config';
import type { Complaint } from '../schedule/complaints';
import { type Experiment, usualLora } from '../schedule/experiment';

/** The largest micro-batch of an experiment. @param places of each example that it trains on */
export function batchSize(experiment: Experiment, places: readonly number[]): BatchSize {
  const longestFirst = [...places].sort((a, b) => b - a);
  const [longest = 1] = longestFirst;
  const sumOf = (examples: number) => longestFirst.slice(0, examples).reduce((sum, each) => sum + each, 0);
  return largestBatch(experiment, longest, sumOf);
}

/** @param sumOf the places that so many examples have at most */
function largestBatch(
  { training, stages }: Experiment,
  longest: number,
  sumOf: (examples: number) => number,
): BatchSize {
  const batches = [training.documents, training.questions, training.mixed, ...(stages ?? [])];
  const step = Math.max(...batches.map(({ batch = 0 }) => (typeof batch === 'number' ? sumOf(batch) : batch.tokens)));
  const { microBatch, row } = training;
  const length = row === 'auto' ? Math.ceil(1.5 * longest) : row;
  return { places: Math.min(step, microBatch), length, accumulated: step > microBatch };
}

/** What it takes of the processor's memory. */
export function demandOf(experiment: Experiment, config: ModelConfig, places: readonly number[]): MemoryDemand {
  return memoryOf(config, batchSize(experiment, places));
}

/** The most that it can take, where every example is as long as one may be: told without reading the data. */
export function mostDemandOf(experiment: Experiment, config: ModelConfig): MemoryDemand {
  const { sequence } = experiment.training;
  return memoryOf(
    config,
    largestBatch(experiment, sequence, (examples) => examples * sequence),
  );
}

export type Fit = 'fits' | 'may not fit' | 'does not fit';

/** What can be said of a demand that is the most: what it has anyway may already be too much. */
export function fitOf({ weights, training, total }: MemoryDemand, memory: number): Fit {
  if (total < tight * memory) return 'fits';
  return weights + training > memory ? 'does not fit' : 'may not fit';
}

/** An error where it takes more than the machine has, a warning where little is left. @param total bytes */
export function memoryComplaint(
  experiment: Experiment,
  config: ModelConfig,
  places: readonly number[],
  total: number,
): (Complaint & { severity: 'error' | 'warning' }) | undefined {
  const isHere = experiment.engine === 'onnx' && experiment.device === 'cpu';
  if (places.length === 0 || !isHere) return undefined;
  const demand = demandOf(experiment, config, places);
  if (demand.total < tight * total) return undefined;
  const fitting = remedies(experiment, config, places).filter(({ needs }) => needs < tight * total);
  const advice =
    fitting.length > 0
      ? `: ${fitting.map(({ what, needs }) => `${what} it takes ${gigabytes(needs)}`).join('; ')}`
      : ', and a smaller batch or adapters would not be enough';
  return {
    severity: demand.total > total ? 'error' : 'warning',
    path: ['training', 'microBatch'],
    message: `Training takes about ${describeDemand(demand)}, and this machine has ${gigabytes(total)}${advice}.`,
  };
}

/** Share of the memory beyond which other programs are in the way. */
const tight = 0.85;

interface Remedy {
  what: string;
  needs: number;
}

function remedies(experiment: Experiment, config: ModelConfig, places: readonly number[]): Remedy[] {
  const { training, model } = experiment;
  const longest = places.reduce((most, each) => Math.max(most, each), 0);
  const small = { ...experiment, training: { ...training, microBatch: Math.max(longest, 256) } };
  const smaller = {
    what: `with "training.microBatch" ${small.training.microBatch}`,
    needs: demandOf(small, config, places).total,
  };
  if (training.lora || config.lora || typeof model !== 'string') return [smaller];
  const lora = adapt(config, { ...usualLora, base: model });
  return [
    smaller,
    { what: 'with "training.lora" {}', needs: demandOf(experiment, lora, places).total },
    { what: 'with both', needs: demandOf(small, lora, places).total },
  ];
}
