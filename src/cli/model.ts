/** The model that people name on the command line: a model folder, or a run, whose newest checkpoint is meant. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { UserError } from '../errors';
import { runFiles, RunFolder } from '../run/folder';
import { listCheckpoints } from '../trainer/checkpoints';
import { shown } from './output';

export interface NamedModel {
  /** Absolute path of the model folder. */
  folder: string;
  /** The run that it comes from, if it was named by one. */
  run?: RunFolder;
}

/** For commands that look at a model as it is. */
export const engineOption = (): Option =>
  new Option(
    '--engine <name>',
    'what computes the model; onnx, or torch where onnx has not its family, if left out',
  ).choices(['onnx', 'torch']);

/** @throws UserError for a run without a checkpoint, or where nothing is */
export function namedModel(path: string): NamedModel {
  const folder = resolve(path);
  if (!existsSync(folder)) throw new UserError(`${shown(folder)} does not exist.`);
  if (!existsSync(join(folder, runFiles.identity))) return { folder };
  const run = RunFolder.open(folder);
  const newest = listCheckpoints(run).at(-1);
  if (!newest) throw new UserError(`${shown(folder)} has no checkpoint yet.`);
  return { folder: run.file(runFiles.checkpoints, newest.name), run };
}
