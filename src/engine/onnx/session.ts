/** ONNX Runtime's providers as everything here opens them. */
import { availableParallelism } from 'node:os';
import { InferenceSession } from 'onnxruntime-node';
import { bytesOf } from '../../model/floats';
import type { Provider } from './graph';

export interface SessionSettings {
  provider?: Provider;
  /** Processor threads; 0 for one a core. */
  threads: number;
  /** Files that constants of the graph point to, which ONNX Runtime copies. */
  files?: ReadonlyMap<string, Float32Array>;
  /** Where other files lie that constants point to: these are mapped. */
  folder?: string;
  /** Results that stay in the device's memory, by name. */
  kept?: readonly string[];
  /**
   * Takes memory as the run needs it. ONNX Runtime otherwise plans each further run of a shape into one block beside all
   * that it already holds, which makes large graphs no faster and their memory half as much again.
   */
  isUnplanned?: boolean;
}

export function openSession(
  graph: Uint8Array,
  { provider = 'cpu', threads, files = new Map(), folder, kept = [], isUnplanned = false }: SessionSettings,
): Promise<InferenceSession> {
  const isOnGpu = provider === 'webgpu';
  return InferenceSession.create(graph, {
    executionProviders: [provider],
    intraOpNumThreads: threads || availableParallelism(),
    graphOptimizationLevel: 'all',
    enableMemPattern: !isUnplanned,
    logSeverityLevel: 3,
    externalData: Array.from(files, ([path, numbers]) => ({ path, data: bytesOf(numbers) })),
    ...(folder && { extra: { session: { model_external_initializers_file_folder_path: folder } } }),
    ...(isOnGpu && { preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer' as const])) }),
  });
}
