/** What training with the torch engine takes on each device, as far as that can be told before it begins. */
import { hasNvidia } from '../engine/machine';
import { gigabytes } from '../engine/bytes';
import { type TorchDemand, torchMemory } from '../engine/torch/memory';
import type { ModelConfig } from '../model/config';
import type { Complaint } from '../schedule/complaints';
import type { Experiment } from '../schedule/experiment';
import { batchSize } from './memory';

/** With so many processes, each on a device of its own. */
export interface Spread {
  processes: number;
  device: 'GPU' | 'processor';
  demand: TorchDemand;
}

/** For the processes that the experiment asks for; where it takes all GPUs that it finds, for 1 and for 8. */
export function torchDemands(experiment: Experiment, config: ModelConfig, places: readonly number[]): Spread[] {
  const device = isOnGpu(experiment) ? 'GPU' : 'processor';
  const known = processesOf(experiment, device);
  const counts = known ? [known] : [1, 8];
  return counts.map((processes) => ({ processes, device, demand: demandOf(experiment, config, places, processes) }));
}

function demandOf(experiment: Experiment, config: ModelConfig, places: readonly number[], processes: number) {
  const { training, torch } = experiment;
  const all = { ...experiment, training: { ...training, microBatch: training.microBatch * processes } };
  const { places: most, accumulated } = batchSize(all, places);
  const usual = isOnGpu(experiment) ? 'bf16' : 'fp32';
  const demand = torchMemory(config, {
    places: Math.ceil(most / processes),
    processes,
    precision: torch.precision === 'auto' ? usual : torch.precision,
    recompute: training.recompute,
    accumulated,
  });
  return isOnGpu(experiment) ? demand : withFreed(demand);
}

/** The system's allocator keeps what was freed: as much again as the activations, as it was measured on Linux. */
function withFreed(demand: TorchDemand): TorchDemand {
  const { activations, total } = demand;
  return { ...demand, activations: 2 * activations, total: total + activations };
}

/** What a cluster has is not seen from here: there it is taken to be GPUs. */
export function isOnGpu({ device, launcher }: Experiment): boolean {
  if (device !== 'auto') return device !== 'cpu';
  return launcher !== 'local' || hasNvidia();
}

function processesOf({ torch, launcher }: Experiment, device: Spread['device']): number | undefined {
  const slurm = typeof launcher === 'object' && 'slurm' in launcher ? launcher.slurm : undefined;
  const each = torch.processes === 'auto' ? (device === 'processor' ? 1 : slurm?.gpusPerNode) : torch.processes;
  return each && each * (slurm?.nodes ?? 1);
}

/** `18.90 GB on each of 8 GPUs (weights 3.37, gradients 3.37, moments 6.74, …)` */
export function describeSpread({ processes, device, demand: { total, ...parts } }: Spread): string {
  const said = Object.entries(parts).map(([name, bytes]) => `${name} ${(bytes / 1e9).toFixed(2)}`);
  const where = device === 'GPU' ? (processes === 1 ? 'one GPU' : `each of ${processes} GPUs`) : inProcesses(processes);
  return `${gigabytes(total)} ${device === 'GPU' ? 'on' : 'in'} ${where} (${said.join(', ')})`;
}

const inProcesses = (count: number) => (count === 1 ? 'one process' : `each of ${count} processes`);

/** A warning where processes of this machine take more memory than it has. @param total bytes */
export function torchComplaint(
  experiment: Experiment,
  config: ModelConfig,
  places: readonly number[],
  total: number,
): (Complaint & { severity: 'warning' }) | undefined {
  if (places.length === 0 || experiment.launcher !== 'local') return undefined;
  const [spread] = torchDemands(experiment, config, places);
  if (spread.device === 'GPU' || spread.processes * spread.demand.total < total) return undefined;
  const advice = 'a smaller "training.microBatch", "training.recompute" true or "training.lora" takes less';
  return {
    severity: 'warning',
    path: ['training', 'microBatch'],
    message: `Training takes about ${describeSpread(spread)}, and this machine has ${gigabytes(total)}: ${advice}.`,
  };
}
