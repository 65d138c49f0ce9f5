/**
 * Makes run folders and starts trainer processes on them. A trainer is detached: it outlives the terminal or window that
 * started it, and is stopped by a file in its folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { version } from '../../package.json';
import { onDisk } from '../run/files';
import { runFiles, RunFolder } from '../run/folder';
import type { Experiment } from '../schedule/experiment';
import type { Recipe } from '../schedule/recipes';
import type { Variant } from '../schedule/stages';

/** One run to be made: a variant of an experiment with one seed, on data with this hash. */
export interface RunPlan {
  path: string;
  name: string;
  /** With absolute paths. */
  experiment: Experiment;
  variant: Variant;
  seed: number;
  dataHash: string;
  /** Characters that each stage reads; without them nobody can tell how far the run is. */
  work?: number[];
}

/** Writes the run folder: its identity, and the experiment cut down to this one variant and seed. */
export function createRun(plan: RunPlan): RunFolder {
  const { path, name, experiment, variant, seed, dataHash, work } = plan;
  const { recipe } = variant;
  const title = recipe && recipe.key === variant.name ? titleOf(recipe) : variant.name;
  const folder = RunFolder.create(path, {
    name,
    recipe: variant.name,
    title,
    seed,
    created: new Date().toISOString(),
    model: modelName(experiment.model),
    dataHash,
    work,
    versions: {
      'pit-lab': version,
      node: process.version,
      system: `${process.platform} ${process.arch} ${release()}`,
    },
  });
  folder.writeJson(runFiles.experiment, singleExperiment(plan));
  return folder;
}

/** The experiment cut down to one variant and seed. */
export function singleExperiment({ experiment, variant: { choice }, seed }: RunPlan): Experiment {
  return { ...experiment, ...(choice && { recipes: [choice] }), seeds: [seed] };
}

/** Starts a trainer on a run folder, new or to be resumed. Its output goes to the run's log. */
export function startTrainer(folder: RunFolder): ChildProcess {
  const log = onDisk(folder.path, () => openSync(folder.file(runFiles.log), 'a'));
  try {
    return spawn(process.execPath, [join(__dirname, 'trainer.cjs'), folder.path], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
  } finally {
    closeSync(log);
  }
}

/** With the paper's number where it has one: `⑦ Pre-instruction-tuning`. */
function titleOf({ symbol, title }: Recipe): string {
  return symbol.length === 1 ? `${symbol} ${title}` : title;
}

function modelName(model: Experiment['model']): string {
  return typeof model === 'string' ? basename(model) : `${model.preset} from random initialisation`;
}
