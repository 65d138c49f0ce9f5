/** A model that only answers, opened from its folder by either engine. */
import type { Answerer } from '../engine/learner';
import { OnnxAnswerer } from '../engine/onnx/answerer';
import { TorchLearner } from '../engine/torch/learner';
import { readAnyModelFolder, readModelFolder } from '../model/folder';
import type { Tokenizer } from '../model/tokenizer';
import { type Experiment, experimentFields } from '../schedule/experiment';
import type { Engine } from './choose-engine';
import { heldFolders } from './start';
import { type TorchCaller, torchSettings } from './torch-settings';

/** A signal and a log are for an engine with processes of its own. */
export interface AnswererOptions extends TorchCaller, Partial<Pick<Experiment, 'device' | 'torch'>> {
  engine: Engine;
  /** Processor threads; 0 for one a core. */
  threads: number;
}

export interface OpenedAnswerer {
  learner: Answerer;
  tokenizer: Tokenizer;
}

/** @throws UserError where the folder holds no sound model, or the engine is not there */
export function openAnswerer(folder: string, options: AnswererOptions): Promise<OpenedAnswerer> {
  return engines[options.engine](folder, options);
}

const engines: Record<Engine, typeof openAnswerer> = { onnx: openOnnx, torch: openTorch };

async function openOnnx(folder: string, { threads }: AnswererOptions): Promise<OpenedAnswerer> {
  const { tokenizer, ...model } = await readModelFolder(folder);
  return { tokenizer, learner: await OnnxAnswerer.openFiles(model, threads) };
}

/** Where nothing is trained, the settings of training are any. */
async function openTorch(folder: string, options: AnswererOptions): Promise<OpenedAnswerer> {
  const { threads, device = 'auto', torch = usual.torch.parse(undefined), signal, log } = options;
  const { tokenizer, facts, lora } = await readAnyModelFolder(folder);
  const wishes = { threads, device, torch, training: usual.training.parse(undefined) };
  const settings = await torchSettings(wishes, { signal, log });
  const learner = await TorchLearner.open({ ...settings, ...heldFolders(folder, lora), facts });
  return { tokenizer, learner };
}

const usual = experimentFields.shape;
