/** Which device trains: as asked for, or the one that is found faster by trying both. Nothing is ever fallen back to. */
import { availableParallelism } from 'node:os';
import { env, Tensor } from 'onnxruntime-node';
import { messageOf, UserError } from '../../errors';
import type { DeviceReport } from '../learner';
import { Graph, type Provider } from './graph';
import { openSession } from './session';

export type DeviceChoice = 'auto' | Provider;

export interface Device {
  provider: Provider;
  /** Processor threads; 0 for one a core. */
  threads: number;
  /** Why this one, for people. */
  reason: string;
}

/** @throws UserError where WebGPU is asked for and no GPU answers */
export async function chooseDevice(wanted: DeviceChoice, threads: number): Promise<Device> {
  if (wanted === 'cpu') return processor(threads);
  const gpu = await tryProduct('webgpu', threads).catch((error: unknown) => messageOf(error));
  if (typeof gpu === 'string') {
    const why = `no GPU answers through WebGPU (${firstSentence(gpu)})`;
    if (wanted === 'auto') return { ...processor(threads), reason: why };
    throw new UserError(`There is ${why}: set "device" to "cpu", or to "auto" to take what there is.`);
  }
  if (wanted === 'webgpu') return { provider: 'webgpu', threads, reason: 'as the experiment asks for' };
  const cpu = await tryProduct('cpu', threads);
  const times = `a product took ${gpu.toFixed(1)} ms there and ${cpu.toFixed(1)} ms on the processor`;
  return gpu < cpu
    ? { provider: 'webgpu', threads, reason: times }
    : { ...processor(threads), reason: slower(gpu, cpu) };
}

const slower = (gpu: number, cpu: number) =>
  `faster than the GPU: a product took ${cpu.toFixed(1)} ms here and ${gpu.toFixed(1)} ms there`;

/** The processor without any trial. */
export function processor(threads: number): Device {
  const reason = threads ? 'as many threads as the experiment asks for' : 'one thread a processor core';
  return { provider: 'cpu', threads, reason };
}

export function deviceReport(device: Device): DeviceReport {
  const version = env.versions.node ?? env.versions.common;
  return { engine: 'onnx', version, device: nameOf(device), reason: device.reason };
}

function nameOf({ provider, threads }: Device): string {
  if (provider === 'webgpu') return 'webgpu (answers are generated on the processor)';
  const used = threads || availableParallelism();
  return `cpu, ${used} thread${used === 1 ? '' : 's'}`;
}

const side = 512;

/** Milliseconds of a matrix product, the fastest of a few; rejects where the provider can't compute. */
async function tryProduct(provider: Provider, threads: number): Promise<number> {
  const graph = new Graph(provider);
  const [a, b] = ['a', 'b'].map((name) => graph.input(name, [side, side]));
  const product = graph.op('MatMul', [a, b], [side, side]);
  const sum = graph.sum(product, [0, 1], false);
  const session = await openSession(graph.build([sum]), { provider, threads });
  const ones = new Tensor('float32', new Float32Array(side * side).fill(1), [side, side]);
  let best = Infinity;
  for (let trial = 0; trial < 4; trial++) {
    const started = performance.now();
    const found = await session.run({ a: ones, b: ones });
    best = Math.min(best, performance.now() - started);
    const value = (found[sum.name].data as Float32Array)[0];
    if (Math.abs(value / side ** 3 - 1) > 1e-3) throw new Error(`a product came out as ${value}`);
  }
  await session.release();
  return best;
}

/** What matters of the library's long messages. */
function firstSentence(text: string): string {
  const said = /Failed to get[^.]*|a product came[^.]*/.exec(text)?.[0] ?? text.split('\n')[0];
  return said.trim().slice(0, 160);
}
