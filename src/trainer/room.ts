/** The memory of what an experiment trains on. */
import { type Gpu, listGpus } from '../engine/gpus';
import { machineMemory } from '../engine/machine';
import type { Experiment } from '../schedule/experiment';

export interface Room {
  /** `this machine`, or what the GPU is called. */
  where: string;
  /** Bytes; undefined where nothing tells. */
  bytes?: number;
  isGpu: boolean;
}

/** On `auto` that of the GPU, if there is one. Asks the system's tools where a GPU may train, which takes a moment. */
export async function roomOf({ device }: Pick<Experiment, 'device'>, list = listGpus): Promise<Room> {
  const machine = { where: 'this machine', bytes: machineMemory(), isGpu: false };
  if (device === 'cpu') return machine;
  const gpus = (await list()).filter(({ isNvidia }) => device !== 'cuda' || isNvidia);
  if (gpus.length === 0) return device === 'auto' ? machine : { where: 'the GPU', isGpu: true };
  return roomOn(largest(gpus));
}

function roomOn({ name, memory, isShared }: Gpu): Room {
  return { where: name, bytes: isShared ? machineMemory() : memory, isGpu: true };
}

/** Drivers give the fastest to who does not choose, and that is the one with most memory of its own. */
function largest(gpus: readonly Gpu[]): Gpu {
  return gpus.reduce((most, gpu) => ((gpu.memory ?? 0) > (most.memory ?? 0) ? gpu : most));
}
