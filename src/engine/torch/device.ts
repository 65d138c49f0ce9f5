/** What the processes compute on, how many there are and in which precision: as asked for, or what is there. */
import { UserError } from '../../errors';
import { hasNvidia } from '../machine';
import type { Interpreter } from './environment';
import { type Probe, probe } from './probe';
import type { Precision } from './protocol';

export interface Wanted {
  device: 'auto' | 'cpu' | 'cuda';
  /** `auto`: one a GPU, and one on a processor. */
  processes: 'auto' | number;
  /** `auto`: bf16 where every GPU computes it, else fp32. Weights and moments are fp32 either way. */
  precision: 'auto' | Precision;
}

export interface Chosen {
  device: 'cpu' | 'cuda';
  processes: number;
  precision: Precision;
  /** Why this device, for people. */
  reason: string;
}

/** @throws UserError where a GPU is asked for that isn't there */
export async function chooseDevice(
  wanted: Wanted,
  { python, environment }: Interpreter,
  signal?: AbortSignal,
): Promise<Chosen> {
  if (wanted.device === 'cpu') return onProcessor(wanted, 'as the experiment asks for');
  // Our own environment knows no other GPUs. A torch that a person names may, and is asked, which takes seconds.
  if (wanted.device === 'auto' && environment && !hasNvidia()) return onProcessor(wanted, 'no NVIDIA GPU is here');
  const found = await probe(python, { signal });
  if (found.gpus.length > 0) return onGpus(wanted, found);
  const why = found.cuda === null ? 'its torch is built for processors alone' : 'torch finds no GPU';
  if (wanted.device === 'auto') return onProcessor(wanted, why);
  throw new UserError(
    `${python} computes on no GPU (${why}): set "device" to "cpu", or to "auto" to take what there is.`,
  );
}

function onProcessor({ processes, precision }: Wanted, reason: string): Chosen {
  return {
    device: 'cpu',
    processes: processes === 'auto' ? 1 : processes,
    precision: precision === 'auto' ? 'fp32' : precision,
    reason,
  };
}

function onGpus({ device, processes, precision }: Wanted, { gpus }: Probe): Chosen {
  const count = processes === 'auto' ? gpus.length : processes;
  if (count > gpus.length)
    throw new UserError(
      `"torch.processes" is ${count}, but torch finds ${gpus.length} GPUs here: each process needs one.`,
    );
  const usual = gpus.slice(0, count).every(({ bf16 }) => bf16) ? 'bf16' : 'fp32';
  return {
    device: 'cuda',
    processes: count,
    precision: precision === 'auto' ? usual : precision,
    reason: device === 'cuda' ? 'as the experiment asks for' : 'torch finds it',
  };
}
