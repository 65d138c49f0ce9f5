/** Whether a model fits into what trains it, told before the data is read: every example is taken to be the longest. */
import type { Gpu } from '../engine/gpus';
import { machineMemory } from '../engine/machine';
import type { ModelConfig } from '../model/config';
import type { Experiment } from '../schedule/experiment';
import { demandOf, providerOf, tight } from './memory';
import { roomAmong } from './room';
import { isOnGpu, torchDemands } from './torch-memory';

export type Fit = 'fits' | 'may not fit' | 'does not fit';

export interface Outlook {
  /** Bytes that training takes at most; of several GPUs on each. */
  memory: number;
  /** Left out where nothing tells how much there is. */
  fit?: Fit;
  /** The GPU that has to hold it, in words; left out where it is this machine's own memory. */
  where?: string;
}

interface Demand {
  /** Bytes that the smallest batch takes, too. */
  least: number;
  total: number;
}

/** @param gpus of this machine. Undefined where it is not seen from here how many processes share the work. */
export function outlookOf(experiment: Experiment, config: ModelConfig, gpus: readonly Gpu[]): Outlook | undefined {
  const isHere = experiment.launcher === 'local';
  if (experiment.engine === 'onnx') return outlookInside(experiment, config, isHere ? gpus : undefined);
  return isHere ? outlookOfTorch(experiment, config, gpus) : undefined;
}

/** @param gpus undefined where another machine trains */
function outlookInside(experiment: Experiment, config: ModelConfig, gpus?: readonly Gpu[]): Outlook {
  const room = gpus && roomAmong(experiment, gpus);
  const provider = providerOf(experiment, room?.isGpu);
  const { weights, training, total } = demandOf(longest(experiment), config, [experiment.training.sequence], provider);
  const fit = room?.bytes === undefined ? undefined : fitOf({ least: weights + training, total }, room.bytes);
  return { memory: total, ...(fit && { fit }), ...(room?.isGpu && { where: room.where }) };
}

function outlookOfTorch(experiment: Experiment, config: ModelConfig, gpus: readonly Gpu[]): Outlook {
  const { torch } = experiment;
  const those = isOnGpu(experiment) ? gpus.filter(({ isNvidia }) => isNvidia) : [];
  const processes = torch.processes === 'auto' && those.length > 0 ? those.length : torch.processes;
  const settled = { ...longest(experiment), torch: { ...torch, processes } };
  const [{ device, demand, processes: count }] = torchDemands(settled, config, [experiment.training.sequence]);
  const kept = demand.weights + demand.gradients + demand.moments;
  if (device === 'processor') {
    const total = count * demand.total;
    return { memory: total, fit: fitOf({ least: count * kept, total }, machineMemory()) };
  }
  const smallest = Math.min(...those.slice(0, count).map(({ memory = NaN }) => memory));
  const fit = Number.isFinite(smallest) && fitOf({ least: kept, total: demand.total }, smallest);
  const where = count === 1 ? (those[0]?.name ?? 'the GPU') : `each of ${count} GPUs`;
  return { memory: demand.total, ...(fit && { fit }), where };
}

/** Its batches as so many tokens, each example as long as one may be. */
function longest(experiment: Experiment): Experiment {
  const { training, stages } = experiment;
  const asTokens = <Batched extends { batch?: number | { tokens: number } }>(kind: Batched): Batched =>
    typeof kind.batch === 'number' ? { ...kind, batch: { tokens: kind.batch * training.sequence } } : kind;
  const [documents, questions, mixed] = [training.documents, training.questions, training.mixed].map(asTokens);
  return {
    ...experiment,
    training: { ...training, documents, questions, mixed },
    ...(stages && { stages: stages.map(asTokens) }),
  };
}

/** What can be said of a demand that is the most: what it has anyway may already be too much. */
function fitOf({ least, total }: Demand, memory: number): Fit {
  if (total < tight * memory) return 'fits';
  return least > memory ? 'does not fit' : 'may not fit';
}
