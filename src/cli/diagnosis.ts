/** What `pit doctor` looks at: Node, the machine, the engine and its devices, a few real training steps, the disk. */
import { accessSync, constants, statfsSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { freeMemory, machineMemory } from '../engine/machine';
import { messageOf } from '../errors';
import { initialize } from '../model/parameters';
import { diagnoseGpus } from './diagnosis-gpus';
import { tryTraining, usualOptimizer } from './trial';

export interface Finding {
  state: 'ok' | 'warn' | 'fail';
  name: string;
  detail: string;
  /** What to do about it. */
  advice?: string;
}

const gigabyte = 2 ** 30;

export async function diagnose(): Promise<Finding[]> {
  return [node(), machine(), memory(), await engine(), ...(await diagnoseGpus()), await training(), disk()];
}

function node(): Finding {
  const { node: version, electron } = process.versions;
  return { state: 'ok', name: 'Node', detail: electron ? `${version} in Electron ${electron}` : version };
}

function machine(): Finding {
  const cores = availableParallelism();
  const detail = `${process.platform} ${process.arch} ${release()}, ${cores} core${cores === 1 ? '' : 's'}`;
  if (cores > 1) return { state: 'ok', name: 'System', detail };
  return { state: 'warn', name: 'System', detail, advice: 'With one core, training shares it with everything else.' };
}

function memory(): Finding {
  const free = freeMemory();
  const detail = `${gigabytes(free)} free of ${gigabytes(machineMemory())}`;
  if (free > gigabyte) return { state: 'ok', name: 'Memory', detail };
  return { state: 'warn', name: 'Memory', detail, advice: 'Close other programs, or lower "training.microBatch".' };
}

async function engine(): Promise<Finding> {
  try {
    const { env, listSupportedBackends } = await import('onnxruntime-node');
    const devices = listSupportedBackends().map(({ name, bundled }) => (bundled ? name : `${name} (not installed)`));
    return { state: 'ok', name: 'Engine', detail: `onnxruntime-node ${env.versions.node}: ${devices.join(', ')}` };
  } catch (error) {
    const advice = `Install again with npm ci; it has binaries for Linux and Windows on x64 and arm64, and for macOS on arm64.`;
    return { state: 'fail', name: 'Engine', detail: `onnxruntime-node can't be loaded: ${firstLine(error)}`, advice };
  }
}

/** The engine is loaded here, so that its absence is a finding. */
function training(): Promise<Finding> {
  return tryTraining('Training', async (config) => {
    const { OnnxLearner } = await import('../engine/onnx/learner');
    const { processor } = await import('../engine/onnx/device');
    return new OnnxLearner({ config, weights: initialize(config, 1), optimizer: usualOptimizer, device: processor(0) });
  });
}

function disk(): Finding {
  const { bavail, bsize } = statfsSync('.');
  const free = bavail * bsize;
  const detail = `${gigabytes(free)} free in ${process.cwd()}`;
  if (!isWritable('.'))
    return { state: 'warn', name: 'Disk', detail, advice: 'This folder is not writable; name another with --out.' };
  if (free > gigabyte) return { state: 'ok', name: 'Disk', detail };
  return { state: 'warn', name: 'Disk', detail, advice: 'A checkpoint takes about 12 bytes a parameter.' };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / gigabyte).toFixed(1)} GiB`;
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0];
}
