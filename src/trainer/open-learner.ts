/** The learner of a run: the one place that tells engines apart. */
import type { Learner } from '../engine/learner';
import { chooseDevice } from '../engine/onnx/choose-device';
import { type DeviceChoice, providerIn } from '../engine/onnx/device';
import { OnnxLearner } from '../engine/onnx/learner';
import { chooseDevice as chooseTorchDevice } from '../engine/torch/device';
import { torchPython } from '../engine/torch/environment';
import { TorchLearner } from '../engine/torch/learner';
import type { RunFolder } from '../run/folder';
import type { Experiment } from '../schedule/experiment';
import { type Start, startingFolders, startingWeights } from './start';

/** @throws UserError where the engine or its device is not there, or the model can't be opened */
export function openLearner(start: Start, folder: RunFolder, experiment: Experiment): Promise<Learner> {
  return engines[experiment.engine](start, folder, experiment);
}

const engines: Record<Experiment['engine'], typeof openLearner> = { onnx: openOnnx, torch: openTorch };

async function openOnnx(start: Start, folder: RunFolder, experiment: Experiment): Promise<Learner> {
  const { device: wanted, threads, training } = experiment;
  const device = await chooseDevice(usedBefore(folder) ?? wanted, threads);
  const { config, weights } = await startingWeights(start);
  return new OnnxLearner({ config, weights, optimizer: training.optimizer, device, recompute: training.recompute });
}

/** A run that goes on stays on its device: another would give other numbers. */
function usedBefore(folder: RunFolder): DeviceChoice | undefined {
  const { events } = folder.readEvents();
  const last = events.findLast((event) => event.type === 'device');
  return last && providerIn(last);
}

/** A run may go on with other processes: what they add up is the same but for rounding. */
async function openTorch(start: Start, folder: RunFolder, experiment: Experiment): Promise<Learner> {
  const { threads, training, torch } = experiment;
  const { compile, attention, patience } = torch;
  const python = torchPython();
  return TorchLearner.open({
    ...(await chooseTorchDevice({ ...torch, device: experiment.device as Exclude<DeviceChoice, 'webgpu'> }, python)),
    ...(await startingFolders(start, folder)),
    ...{ python, threads, compile, attention, patience, facts: start.facts },
    optimizer: training.optimizer,
    recompute: training.recompute,
    log: (text) => process.stderr.write(text),
  });
}
