/** From plans to run folders: new ones are made, unfinished ones go on, finished ones stay as they are. */
import { existsSync } from 'node:fs';
import { UserError } from '../errors';
import { runFiles, RunFolder } from '../run/folder';
import { stateOf } from '../run/state';
import type { Experiment } from '../schedule/experiment';
import { rewind } from './checkpoints';
import { createRun, type RunPlan, singleExperiment } from './launch';

export interface OpenRun {
  folder: RunFolder;
  /** Characters to read in each stage. */
  work: number[];
  finished: boolean;
}

/** @throws UserError where a folder holds a run of something else, or one that is running. */
export function openRuns(plans: readonly (RunPlan & { work: number[] })[]): OpenRun[] {
  return plans.map((plan) => {
    const isThere = existsSync(`${plan.path}/${runFiles.identity}`);
    return openRun(isThere ? reopen(plan) : createRun(plan), plan.work);
  });
}

/** An unfinished run is cut back to its newest checkpoint here already, so that whoever watches reads on from there. */
export function openRun(folder: RunFolder, work: number[]): OpenRun {
  const state = stateOf(folder);
  if (state === 'running') throw new UserError(`${folder.path} is running already.`);
  if (state !== 'finished') rewind(folder);
  return { folder, work, finished: state === 'finished' };
}

function reopen(plan: RunPlan): RunFolder {
  const folder = RunFolder.open(plan.path);
  const there = folder.readJson<Experiment>(runFiles.experiment);
  if (folder.identity.dataHash !== plan.dataHash || comparable(there) !== comparable(singleExperiment(plan)))
    throw new UserError(`${plan.path} holds a run with other settings or data; choose another folder with --out.`);
  return folder;
}

/** Threads change how fast a run is, and a begun run keeps its own. */
function comparable(experiment: Experiment): string {
  return JSON.stringify({ ...experiment, threads: 0 });
}
