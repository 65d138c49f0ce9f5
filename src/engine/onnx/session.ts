/** ONNX Runtime's providers as everything here opens them. */
import { availableParallelism } from 'node:os';
import { InferenceSession } from 'onnxruntime-node';
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
