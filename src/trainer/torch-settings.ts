/** What the processes of torch are told beside a model: an experiment's settings, on the devices that are there. */
import type { DeviceChoice } from '../engine/onnx/device';
import { chooseDevice } from '../engine/torch/device';
import { torchInterpreter } from '../engine/torch/environment';
import type { TorchSettings } from '../engine/torch/learner';
import type { Experiment } from '../schedule/experiment';

export type TorchWishes = Pick<Experiment, 'device' | 'threads' | 'torch'> & {
  training: Pick<Experiment['training'], 'optimizer' | 'recompute'>;
};

/** Of whoever starts the processes. */
export interface TorchCaller {
  /** Ends them at once. */
  signal?: AbortSignal;
  /** Takes what they write to standard error; this process's own takes it if left out. */
  log?: (text: string) => void;
}

/** @throws UserError where torch or a GPU that is asked for is not there */
export async function torchSettings(
  { device, threads, torch, training }: TorchWishes,
  { signal, log = (text) => process.stderr.write(text) }: TorchCaller = {},
): Promise<Omit<TorchSettings, 'facts' | 'model' | 'adapters'>> {
  const { compile, attention, patience } = torch;
  const { optimizer, recompute } = training;
  const interpreter = torchInterpreter();
  const { python } = interpreter;
  const wanted = { ...torch, device: device as Exclude<DeviceChoice, 'webgpu'> };
  return {
    ...(await chooseDevice(wanted, interpreter, signal)),
    ...{ python, threads, compile, attention, patience, optimizer, recompute, signal, log },
  };
}
