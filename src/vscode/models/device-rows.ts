/** Devices as the rows of a list: what each is, whether it works on this machine and why, and its memory. Pure. */
import type { Experiment } from '../../schedule/experiment';

type Device = Experiment['device'];

/** A device as it was found on this machine. */
export interface DeviceState {
  device: Device;
  works: boolean;
  /** What shows that, in words. */
  why: string;
  /** Bytes, where they are known. */
  memory?: number;
}

export interface DeviceRow {
  device: Device;
  /** What it is. */
  description: string;
  /** What was found of it, if it was looked at. */
  detail?: string;
  /** A codicon. */
  icon: string;
}

/** What an engine can be told to compute on; torch has not all. */
const devices: { onnx: Record<Device, string>; torch: Partial<Record<Device, string>> } = {
  onnx: {
    auto: 'The fastest of processor and GPU, tried when a run begins',
    cpu: 'The processor',
    webgpu: 'The GPU, through WebGPU',
    cuda: 'The GPU of NVIDIA, through CUDA',
  },
  torch: {
    auto: 'All GPUs that PyTorch finds, or else the processor',
    cpu: 'The processor',
    cuda: 'All GPUs that PyTorch finds',
  },
};

/** @param states of those devices that were looked at */
export function deviceRows({ engine, device: current }: Experiment, states: readonly DeviceState[]): DeviceRow[] {
  return Object.entries(devices[engine]).map(([name, description]) => {
    const device = name as Device;
    const state = states.find((one) => one.device === device);
    const icon = device === current ? 'check' : state?.works === false ? 'circle-slash' : 'chip';
    return { device, description, ...(state && { detail: stateText(state) }), icon };
  });
}

function stateText({ works, why, memory }: DeviceState): string {
  const found = works ? why : `does not work here: ${why}`;
  return memory === undefined ? found : `${found} · ${(memory / 1e9).toFixed(1)} GB of memory`;
}
