/** The checkpoints of a run that can be asked, as people choose among them. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { runFiles, type RunFolder } from '../../run/folder';
import type { Experiment } from '../../schedule/experiment';
import { positionText } from './evaluations';

export interface Checkpoint {
  name: string;
  /** Absolute path of a model folder. */
  path: string;
  label: string;
  stage: number;
  step: number;
}

/** In the order of training. A run that trains nothing is asked through the model that it starts from. */
export async function checkpointsOf(folder: RunFolder): Promise<Checkpoint[]> {
  const saved = await savedIn(folder);
  const { model, recipes } = experimentOf(folder) ?? {};
  const trainsNothing = recipes !== undefined && (await phasesOf(recipes[0])) === 0;
  if (saved.length > 0 || !trainsNothing || typeof model !== 'string') return saved;
  return [{ name: 'model', path: model, label: basename(model), stage: 0, step: 0 }];
}

/** The experiment that a run was made from; undefined where its folder holds none. */
export function experimentOf(folder: RunFolder): Experiment | undefined {
  const isThere = existsSync(folder.file(runFiles.experiment));
  return isThere ? folder.readJson<Experiment>(runFiles.experiment) : undefined;
}

async function savedIn(folder: RunFolder): Promise<Checkpoint[]> {
  if (!existsSync(folder.file(runFiles.checkpoints))) return [];
  const { listCheckpoints } = await import('../../trainer/checkpoints');
  return listCheckpoints(folder).map(({ name, saved: { stage, epoch, step, stageDone } }) => {
    const label = stageDone ? `end of stage ${stage}` : `${positionText({ stage, epoch, step })}, step ${step}`;
    return { name, path: folder.file(runFiles.checkpoints, name), label, stage, step };
  });
}

async function phasesOf(choice: NonNullable<Experiment['recipes']>[number]): Promise<number> {
  const { findRecipe } = await import('../../schedule/recipes');
  return findRecipe(typeof choice === 'string' ? choice : choice.recipe).phases.length;
}
