/** What trains, and what is said of it. */
import { availableParallelism } from 'node:os';
import { env } from 'onnxruntime-node';
import { machineMemory } from '../machine';
import type { DeviceReport } from '../learner';
import type { Provider } from './graph';

export type DeviceChoice = 'auto' | Provider;

export interface Device {
  provider: Provider;
  /** Processor threads; 0 for one a core. */
  threads: number;
  /** Why this one, for people. */
  reason: string;
}

/** The provider whose name a report begins with. */
export function providerIn({ device }: Pick<DeviceReport, 'device'>): Provider {
  return (['webgpu', 'cuda'] as const).find((provider) => device.startsWith(provider)) ?? 'cpu';
}

/** The processor without any trial. */
export function processor(threads: number): Device {
  const reason = threads ? 'as many threads as the experiment asks for' : 'one thread a processor core';
  return { provider: 'cpu', threads, reason };
}

export function deviceReport(device: Device): DeviceReport {
  const version = env.versions.node ?? env.versions.common;
  return { engine: 'onnx', version, device: nameOf(device), reason: device.reason, memory: machineMemory() };
}

function nameOf({ provider, threads }: Device): string {
  if (provider !== 'cpu') return `${provider} (answers are generated on the processor)`;
  const used = threads || availableParallelism();
  return `cpu, ${used} thread${used === 1 ? '' : 's'}`;
}
