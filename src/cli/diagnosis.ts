/** What `pit doctor` looks at: Node, the machine, the engine and its devices, a few real training steps, the disk. */
import { accessSync, constants, statfsSync } from 'node:fs';
import { availableParallelism, freemem, release, totalmem } from 'node:os';
import type { Batch } from '../engine/learner';
import { messageOf } from '../errors';
import { llamaBlock, type ModelConfig } from '../model/config';
import { initialize } from '../model/parameters';

export interface Finding {
  state: 'ok' | 'warn' | 'fail';
  name: string;
  detail: string;
  /** What to do about it. */
  advice?: string;
}

const gigabyte = 2 ** 30;

export async function diagnose(): Promise<Finding[]> {
  return [node(), machine(), memory(), await engine(), await gpu(), await training(), disk()];
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
  const detail = `${gigabytes(freemem())} free of ${gigabytes(totalmem())}`;
  if (freemem() > gigabyte) return { state: 'ok', name: 'Memory', detail };
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

/** A GPU is welcome and never needed. */
async function gpu(): Promise<Finding> {
  try {
    const { chooseDevice } = await import('../engine/onnx/device');
    const { provider, reason } = await chooseDevice('auto', 0);
    return { state: 'ok', name: 'GPU', detail: provider === 'webgpu' ? `used by "auto": ${reason}` : reason };
  } catch (error) {
    return { state: 'warn', name: 'GPU', detail: firstLine(error) };
  }
}

async function training(): Promise<Finding> {
  try {
    const { losses, device } = await fewSteps();
    const detail = `loss ${losses.map((loss) => loss.toFixed(3)).join(' → ')} on ${device}`;
    const falls = losses.every((loss, step) => Number.isFinite(loss) && (step === 0 || loss < losses[step - 1]));
    if (falls) return { state: 'ok', name: 'Training', detail };
    return { state: 'fail', name: 'Training', detail, advice: 'The loss must fall; the engine computes wrongly here.' };
  } catch (error) {
    return { state: 'fail', name: 'Training', detail: firstLine(error) };
  }
}

/** Three steps of a tiny model on one sentence. The engine is loaded here, so that its absence is a finding. */
async function fewSteps(): Promise<{ losses: number[]; device: string }> {
  const { OnnxLearner } = await import('../engine/onnx/learner');
  const { processor } = await import('../engine/onnx/device');
  const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 };
  const learner = new OnnxLearner({ config: tiny, weights: initialize(tiny, 1), optimizer, device: processor(0) });
  const losses = [];
  for (let step = 0; step < 3; step++) losses.push((await learner.step([sentence()], 1e-2)).loss);
  await learner.close();
  return { losses, device: learner.report.device };
}

const tiny: ModelConfig = {
  family: 'llama',
  vocabSize: 64,
  hiddenSize: 32,
  intermediateSize: 64,
  layers: 1,
  heads: 2,
  kvHeads: 2,
  headSize: 16,
  maxPositions: 16,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
  tiedEmbeddings: true,
  bosToken: 1,
  eosToken: 2,
  padToken: 0,
  stopTokens: [2],
  block: llamaBlock,
};

/** Eight places of one example, each with an equal part in the loss. */
function sentence(): Batch {
  const length = 8;
  return {
    rows: 1,
    length,
    tokens: Int32Array.from({ length }, (_, place) => 3 + place),
    targets: Int32Array.from({ length }, (_, place) => 4 + place),
    positions: Int32Array.from({ length }, (_, place) => place),
    examples: new Int32Array(length),
    weights: new Float32Array(length).fill(1 / length),
    exampleCount: 1,
  };
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
