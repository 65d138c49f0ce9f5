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

type Wanted = Pick<Experiment, 'device'>;

/** On `auto` that of the GPU, if there is one. */
export async function roomOf(wanted: Wanted): Promise<Room> {
  return roomAmong(wanted, await gpusFor(wanted));
}

/** Those of this machine, where one may train: the system's tools are asked then, which takes a moment. */
export async function gpusFor({ device }: Wanted): Promise<Gpu[]> {
  return device === 'cpu' ? [] : listGpus();
}

/** @param gpus of this machine */
export function roomAmong({ device }: Wanted, gpus: readonly Gpu[]): Room {
  const machine = { where: 'this machine', bytes: machineMemory(), isGpu: false };
  if (device === 'cpu') return machine;
  const gpu = gpuFor(device, gpus);
  if (!gpu) return device === 'auto' ? machine : { where: 'the GPU', isGpu: true };
  return roomOn(gpu);
}

/** The one that trains. Drivers give the fastest to who does not choose: that with most memory of its own. */
export function gpuFor(device: Experiment['device'], gpus: readonly Gpu[]): Gpu | undefined {
  const able = gpus.filter(({ isNvidia }) => device !== 'cuda' || isNvidia);
  return [...able].sort((a, b) => (b.memory ?? 0) - (a.memory ?? 0))[0];
}

function roomOn({ name, memory, isShared }: Gpu): Room {
  return { where: name, bytes: isShared ? machineMemory() : memory, isGpu: true };
}
