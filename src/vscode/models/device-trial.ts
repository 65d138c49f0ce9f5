/**
 * Tries every device that the experiments of an engine can name, and prints what came of each as JSON. A process of its
 * own (devices.ts starts it): `device-trial.cjs onnx`, or `torch`.
 */
import { availableParallelism } from 'node:os';
import { type Gpu, listGpus } from '../../engine/gpus';
import { machineMemory } from '../../engine/machine';
import type { Trial } from '../../engine/onnx/choose-device';
import { messageOf } from '../../errors';
import type { Experiment } from '../../schedule/experiment';
import type { DeviceState } from './device-rows';

const processor: DeviceState = {
  device: 'cpu',
  works: true,
  why: `${availableParallelism()} cores`,
  memory: machineMemory(),
};

const trials: Record<Experiment['engine'], () => Promise<DeviceState[]>> = { onnx: tryOnnx, torch: tryTorch };

async function tryOnnx(): Promise<DeviceState[]> {
  const { chooseDevice, tryProvider } = await import('../../engine/onnx/choose-device');
  const { provider, reason } = await chooseDevice('auto', 0);
  const [webgpu, cuda] = [await tryProvider('webgpu', 0), await tryProvider('cuda', 0)];
  const gpus = await listGpus();
  // Which of several WebGPU takes, nothing tells; CUDA takes the first.
  const gpu = gpus.length === 1 ? gpus[0] : undefined;
  const nvidia = gpus.find(({ isNvidia }) => isNvidia);
  return [
    { device: 'auto', works: true, why: `here ${provider}: ${reason}` },
    processor,
    { device: 'webgpu', ...outcome(webgpu, 'a product came out right', gpu) },
    { device: 'cuda', ...outcome(cuda, 'a training step came out right', nvidia) },
  ];
}

/** The memory counts also where something else is missing. */
function outcome({ refusal }: Trial, success: string, gpu?: Gpu): Omit<DeviceState, 'device'> {
  const memory = gpu?.isShared ? machineMemory() : gpu?.memory;
  const about = gpu ? `${gpu.name}, ${success}` : success;
  return { works: !refusal, why: refusal ?? about, ...(memory && { memory }) };
}

async function tryTorch(): Promise<DeviceState[]> {
  const { findInterpreter } = await import('../../engine/torch/environment');
  const { probe } = await import('../../engine/torch/probe');
  const interpreter = findInterpreter();
  if (!interpreter) return unusable('PyTorch is not set up');
  try {
    const { gpus } = await probe(interpreter.python);
    const why = gpus.map(({ name }) => name).join(', ');
    const memory = gpus.reduce((sum, gpu) => sum + gpu.memory, 0);
    if (gpus.length > 0)
      return [{ device: 'auto', works: true, why, memory }, processor, { device: 'cuda', works: true, why, memory }];
    const none = 'PyTorch finds no GPU';
    return [{ device: 'auto', works: true, why: none }, processor, { device: 'cuda', works: false, why: none }];
  } catch (error) {
    return unusable(messageOf(error));
  }
}

const unusable = (why: string): DeviceState[] =>
  (['auto', 'cpu', 'cuda'] as const).map((device) => ({ device, works: false, why }));

void trials[process.argv[2] as Experiment['engine']]().then((states) => console.log(JSON.stringify(states)));
