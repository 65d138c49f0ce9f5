/**
 * Makes run folders and starts trainer processes on them. A trainer is detached: it outlives the terminal or window that
 * started it, and is stopped by a file in its folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { version } from '../../package.json';
import { UserError } from '../errors';
import { onDisk } from '../run/files';
import { runFiles, RunFolder } from '../run/folder';
import { markOf } from '../run/process';
import type { Experiment } from '../schedule/experiment';
import { recipeName } from '../schedule/recipes';
import type { Variant } from '../schedule/stages';
import { keepingMemory } from './allocator';
import { commandFor } from './launchers/command';

/** One run to be made: a variant of an experiment with one seed, on data and from a model with these hashes. */
export interface RunPlan {
  path: string;
  name: string;
  /** With absolute paths. */
  experiment: Experiment;
  variant: Variant;
  seed: number;
  dataHash: string;
  /** None where nothing is learnt yet. */
  modelHash?: string;
  /** Characters that each stage reads; without them nobody can tell how far the run is. */
  work?: number[];
}

/** Writes the run folder: its identity, and the experiment cut down to this one variant and seed. */
export function createRun(plan: RunPlan): RunFolder {
  const { path, name, experiment, variant, seed, dataHash, modelHash, work } = plan;
  const folder = RunFolder.create(path, {
    name,
    recipe: variant.name,
    title: titleOf(variant),
    seed,
    created: new Date().toISOString(),
    model: modelName(experiment.model),
    modelHash,
    trained: trainedName(experiment.training),
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

function trainedName({ lora }: Experiment['training']): string | undefined {
  return lora && `LoRA, rank ${lora.rank}, alpha ${lora.alpha}`;
}

/** The experiment cut down to one variant and seed. */
export function singleExperiment({ experiment, variant: { choice }, seed }: RunPlan): Experiment {
  return { ...experiment, ...(choice && { recipes: [choice] }), seeds: [seed] };
}

/** Forgets how a run ended and who was to start it, for it begins or goes on now. */
export function clearEnding(folder: RunFolder): void {
  folder.clearStop();
  folder.forgetJob();
  onDisk(folder.path, () => rmSync(folder.file(runFiles.exit), { force: true }));
}

/** Starts a trainer on a run folder, new or to be resumed. Its output goes to the run's log. */
export function startTrainer(folder: RunFolder): ChildProcess {
  return withLog(folder, (log) => detach('trainer', [folder.path], log));
}

/** Starts a command that starts the trainer, here or elsewhere, now or later. Its output goes to the run's log. */
export function startCommand(folder: RunFolder, command: readonly string[]): ChildProcess {
  const [program, ...words] = commandFor(folder, command);
  folder.noteJob({ launcher: 'command', time: new Date().toISOString() });
  return withLog(folder, (log) =>
    spawn(program, words, { detached: true, stdio: ['ignore', log, log], windowsHide: true }),
  );
}

function withLog(folder: RunFolder, start: (log: number) => ChildProcess): ChildProcess {
  const log = onDisk(folder.path, () => openSync(folder.file(runFiles.log), 'a'));
  try {
    return start(log);
  } finally {
    closeSync(log);
  }
}

/**
 * Lines runs up and starts the process that trains them in this order, so many at a time, whether or not this process
 * is still there.
 * @param out folder that all of them lie in
 * @param allowed whether the person has allowed what the experiment says in its own words
 */
export function startConductor(
  out: string,
  runs: readonly RunFolder[],
  { jobs, allowed }: { jobs: number; allowed: boolean },
): void {
  const words = [out, String(jobs), ...(allowed ? ['allowed'] : [])];
  const conductor = detach('conductor', words, 'ignore', 'pipe').on('error', () => {});
  conductor.unref();
  const { pid, stdin } = conductor;
  if (pid === undefined) throw new UserError('The system starts no more processes; close other programs.');
  lineUp(runs, pid);
  // The end of its input tells it that the line is complete; it also comes if this process dies.
  stdin!.on('error', () => {}).end();
}

/** Marks the runs as waiting for a process, in this order. */
export function lineUp(runs: readonly RunFolder[], pid: number = process.pid): void {
  const mark = markOf(pid);
  runs.forEach((run, turn) => run.enqueue({ ...mark, turn }));
}

/** Starts one of this program's bundles as a process of its own, also where this one is an Electron. */
function detach(
  bundle: string,
  words: string[],
  output: number | 'ignore',
  input: 'pipe' | 'ignore' = 'ignore',
): ChildProcess {
  return spawn(process.execPath, [join(__dirname, `${bundle}.cjs`), ...words], {
    detached: true,
    stdio: [input, output, output],
    env: { ...(bundle === 'trainer' ? keepingMemory() : process.env), ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
  });
}

/** With the paper's number where it has one, `⑦ Pre-instruction-tuning`; a variant goes by its own name. */
export function titleOf({ name, recipe }: Variant): string {
  return recipe?.key === name ? recipeName(recipe) : name;
}

/** A folder's name alone, such as "model", tells models of several experiments not apart. */
function modelName(model: Experiment['model']): string {
  if (typeof model !== 'string') return `${model.preset} from random initialisation`;
  return `${basename(dirname(model))}/${basename(model)}`;
}
