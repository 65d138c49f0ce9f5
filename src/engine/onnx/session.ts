/** ONNX Runtime's CPU provider as everything here opens it, and what people are told of it. */
import { availableParallelism } from 'node:os';
import { env, InferenceSession } from 'onnxruntime-node';
import type { DeviceReport } from '../learner';

/** @param threads processor threads; 0 for one a core */
export function openSession(graph: Uint8Array, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(graph, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads || availableParallelism(),
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
}

/** @param threads as they were asked for; 0 for one a core */
export function deviceReport(threads: number): DeviceReport {
  const used = threads || availableParallelism();
  return {
    engine: 'onnx',
    version: env.versions.node ?? env.versions.common,
    device: `cpu, ${used} thread${used === 1 ? '' : 's'}`,
    reason: threads ? 'as many threads as the experiment asks for' : 'one thread a processor core',
  };
}
