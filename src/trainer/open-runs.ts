/** From plans to run folders: new ones are made, unfinished ones go on, finished ones stay as they are. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { runFiles, RunFolder } from '../run/folder';
import { stateOf } from '../run/state';
import { isAtWork } from '../run/states';
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
  return plans.map((plan) => openRun(isThere(plan) ? reopen(plan) : createRun(plan), plan.work));
}

/** An unfinished run is cut back to its newest checkpoint here already, so that whoever watches reads on from there. */
export function openRun(folder: RunFolder, work: number[]): OpenRun {
  const state = stateOf(folder);
  if (isAtWork({ state })) throw new UserError(`${folder.path} is ${state} already.`);
  if (state !== 'finished') rewind(folder);
  return { folder, work, finished: state === 'finished' };
}

/** Whether the folder of a plan is free, or holds a run with the same settings and data. */
export function fits(plan: RunPlan): boolean {
  if (!isThere(plan)) return true;
  const folder = RunFolder.open(plan.path);
  const there = folder.readJson<Experiment>(runFiles.experiment);
  return folder.identity.dataHash === plan.dataHash && comparable(there) === comparable(singleExperiment(plan));
}

/** Whether there is a run already. */
export function isThere({ path }: RunPlan): boolean {
  return existsSync(join(path, runFiles.identity));
}

function reopen(plan: RunPlan): RunFolder {
  const folder = RunFolder.open(plan.path);
  if (!fits(plan))
    throw new UserError(`${plan.path} holds a run with other settings or data; choose another folder with --out.`);
  return folder;
}

/** Threads change how fast a run is, and a begun run keeps its own. */
function comparable(experiment: Experiment): string {
  return JSON.stringify({ ...experiment, threads: 0 });
}
