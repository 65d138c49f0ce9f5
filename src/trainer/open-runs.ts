/** From plans to run folders: new ones are made, unfinished ones go on, finished ones stay as they are. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { runFiles, RunFolder, type RunIdentity } from '../run/folder';
import { stateOf } from '../run/state';
import { isAtWork } from '../run/states';
import type { Experiment } from '../schedule/experiment';
import { rewind } from './checkpoints';
import { createRun, type RunPlan, singleExperiment } from './launch';
import { settleJobs } from './launchers/slurm';

export interface OpenRun {
  folder: RunFolder;
  /** Characters to read in each stage. */
  work: number[];
  finished: boolean;
}

/** @throws UserError where a folder holds a run of something else, or one that is running. */
export async function openRuns(plans: readonly (RunPlan & { work: number[] })[]): Promise<OpenRun[]> {
  await settleJobs(plans.filter(isThere).map(({ path }) => RunFolder.open(path)));
  return plans.map((plan) => open(isThere(plan) ? reopen(plan) : createRun(plan), plan.work));
}

/** Opens one run that is there, to go on. */
export async function openRun(folder: RunFolder, work: number[]): Promise<OpenRun> {
  await settleJobs([folder]);
  return open(folder, work);
}

/** An unfinished run is cut back to its newest checkpoint here already, so that whoever watches reads on from there. */
function open(folder: RunFolder, work: number[]): OpenRun {
  const state = stateOf(folder);
  if (isAtWork({ state })) throw new UserError(`${folder.path} is ${state} already.`);
  if (state !== 'finished') rewind(folder);
  return { folder, work, finished: state === 'finished' };
}

/** Whether the folder of a plan is free, or holds a run with the same settings, data and model. */
export function fits(plan: RunPlan): boolean {
  if (!isThere(plan)) return true;
  const folder = RunFolder.open(plan.path);
  return hasSameInput(folder.identity, plan) && comparable(experimentOf(folder)) === comparable(singleExperiment(plan));
}

/** A run made before models were hashed fits any. */
function hasSameInput({ dataHash, modelHash }: RunIdentity, plan: RunPlan): boolean {
  return dataHash === plan.dataHash && (modelHash ?? plan.modelHash) === plan.modelHash;
}

/** Whether there is a run already. */
export function isThere({ path }: RunPlan): boolean {
  return existsSync(join(path, runFiles.identity));
}

function reopen(plan: RunPlan): RunFolder {
  const folder = RunFolder.open(plan.path);
  if (!fits(plan))
    throw new UserError(
      `${plan.path} holds a run with other settings, data or model; choose another folder with --out.`,
    );
  folder.writeJson(runFiles.experiment, { ...experimentOf(folder), launcher: plan.experiment.launcher });
  return folder;
}

const experimentOf = (folder: RunFolder) => folder.readJson<Experiment>(runFiles.experiment);

/** Threads change how fast a run is, and a begun run keeps its own; who starts it changes nothing. */
function comparable(experiment: Experiment): string {
  return JSON.stringify({ ...experiment, threads: 0, launcher: undefined });
}
