/** What is said when memory runs out here: what was needed, what was taken, what there is. */
import { messageOf } from '../../errors';
import { gigabytes } from '../bytes';
import type { Batch } from '../learner';
import { addressLimit, machineMemory } from '../machine';
import { OutOfMemory, type Shortage } from '../out-of-memory';
import type { Provider } from './graph';
import type { OnnxSettings } from './learner';
import { describeDemand, type MemoryDemand, memoryOf } from './memory';

/** What was going on, as the end of a sentence that begins with "Memory ran out". */
export type Work = 'in a training step' | 'while text was scored' | 'while answers were generated';

/** @param demand by the estimate, where there is one */
export function outOfMemory(
  error: unknown,
  shortage: Shortage,
  { work, provider, demand }: { work: Work; provider: Provider; demand?: MemoryDemand },
): OutOfMemory {
  const needed = demand && `by the estimate it takes about ${describeDemand(demand)}`;
  const message = [`Memory ran out ${work}: ${needed ?? 'it took more than there was'}`, ...heldHere(provider)];
  return new OutOfMemory(message.join(', '), shortage, messageOf(error));
}

function heldHere(provider: Provider): string[] {
  if (provider !== 'cpu') return [];
  const most = process.resourceUsage().maxRSS * 1024;
  const limit = addressLimit();
  const limited = limit ? ` (of address space the process may take ${gigabytes(limit)})` : '';
  return [
    `this process has held ${gigabytes(most)} at most`,
    `and this machine has ${gigabytes(machineMemory())}${limited}`,
  ];
}

/** What a step over these micro-batches takes, by the largest of them. */
export function demandOf({ config, device, recompute }: OnnxSettings, batches: readonly Batch[]): MemoryDemand {
  const places = batches.map(({ rows, length }) => rows * length);
  const largest = places.indexOf(Math.max(...places));
  const { length } = batches[largest];
  const size = { places: places[largest], length, accumulated: batches.length > 1, recompute };
  return memoryOf(config, size, device.provider);
}
