/** The learner of a run: the one place that tells engines apart. */
import type { Learner } from '../engine/learner';
import { chooseDevice } from '../engine/onnx/choose-device';
import { type DeviceChoice, providerIn } from '../engine/onnx/device';
import { OnnxLearner } from '../engine/onnx/learner';
import { TorchLearner } from '../engine/torch/learner';
import type { RunFolder } from '../run/folder';
import type { Experiment } from '../schedule/experiment';
import { type Start, startingFolders, startingWeights } from './start';
import { torchSettings } from './torch-settings';

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
  return TorchLearner.open({
    ...(await torchSettings(experiment)),
    ...(await startingFolders(start, folder)),
    facts: start.facts,
  });
}
