/** ONNX Runtime's providers as everything here opens them, and what people are told of them. */
import { availableParallelism } from 'node:os';
import { env, InferenceSession } from 'onnxruntime-node';
import type { DeviceReport } from '../learner';
import type { Provider } from './graph';

export interface SessionSettings {
  provider?: Provider;
  /** Processor threads; 0 for one a core. */
  threads: number;
  /** Results that stay in the device's memory, by name. */
  kept?: readonly string[];
}

export function openSession(
  graph: Uint8Array,
  { provider = 'cpu', threads, kept = [] }: SessionSettings,
): Promise<InferenceSession> {
  const isOnGpu = provider === 'webgpu';
  return InferenceSession.create(graph, {
    executionProviders: [provider],
    intraOpNumThreads: threads || availableParallelism(),
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...(isOnGpu && { preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer' as const])) }),
  });
}

/** @param threads as they were asked for; 0 for one a core */
export function deviceReport(threads: number, provider: Provider = 'cpu'): DeviceReport {
  const used = threads || availableParallelism();
  const engine = { engine: 'onnx', version: env.versions.node ?? env.versions.common };
  if (provider === 'webgpu')
    return {
      ...engine,
      device: 'webgpu',
      reason: 'as the experiment asks for; answers are generated on the processor',
    };
  return {
    ...engine,
    device: `cpu, ${used} thread${used === 1 ? '' : 's'}`,
    reason: threads ? 'as many threads as the experiment asks for' : 'one thread a processor core',
  };
}
