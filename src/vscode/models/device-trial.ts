/**
 * Tries every device that the experiments of an engine can name, and prints what came of each as JSON. A process of its
 * own (devices.ts starts it): `device-trial.cjs onnx`, or `torch`.
 */
import { availableParallelism, totalmem } from 'node:os';
import { messageOf } from '../../errors';
import type { Experiment } from '../../schedule/experiment';
import type { DeviceState } from './device-rows';

const processor: DeviceState = {
  device: 'cpu',
  works: true,
  why: `${availableParallelism()} cores`,
  memory: totalmem(),
};

const trials: Record<Experiment['engine'], () => Promise<DeviceState[]>> = { onnx: tryOnnx, torch: tryTorch };

async function tryOnnx(): Promise<DeviceState[]> {
  const { chooseDevice, tryProvider } = await import('../../engine/onnx/choose-device');
  const { provider, reason } = await chooseDevice('auto', 0);
  const [webgpu, cuda] = [await tryProvider('webgpu', 0), await tryProvider('cuda', 0)];
  return [
    { device: 'auto', works: true, why: `here ${provider}: ${reason}` },
    processor,
    { device: 'webgpu', works: !webgpu.refusal, why: webgpu.refusal ?? 'a product came out right' },
    { device: 'cuda', works: !cuda.refusal, why: cuda.refusal ?? 'a training step came out right' },
  ];
}

async function tryTorch(): Promise<DeviceState[]> {
  const { findInterpreter } = await import('../../engine/torch/environment');
  const { probe } = await import('../../engine/torch/probe');
  const interpreter = findInterpreter();
  const missing = { works: false, why: 'PyTorch is not set up' };
  if (!interpreter)
    return [
      { device: 'auto', ...missing },
      { ...processor, ...missing },
    ];
  try {
    const { gpus } = await probe(interpreter.python);
    const why = gpus.map(({ name }) => name).join(', ') || 'it finds none';
    const memory = gpus.reduce((sum, gpu) => sum + gpu.memory, 0);
    return [{ device: 'auto', works: true, why, ...(memory > 0 && { memory }) }, processor];
  } catch (error) {
    const broken = { works: false, why: messageOf(error) };
    return [
      { device: 'auto', ...broken },
      { ...processor, ...broken },
    ];
  }
}

void trials[process.argv[2] as Experiment['engine']]().then((states) => console.log(JSON.stringify(states)));
