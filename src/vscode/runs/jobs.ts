/**
 * Work on experiments and runs that may take seconds. It is done at a desk of its own, a worker thread (worker.ts), so
 * that the window never waits; what goes in and comes out is plain data.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Problem } from '../../dataset/model';
import { UserError } from '../../errors';
import { compareRuns } from '../../run/comparison';
import { runFiles, RunFolder } from '../../run/folder';
import { renderHtml } from '../../run/page';
import { paperNumbers } from '../../run/paper';
import { renderSvg } from '../../run/pictures';
import { renderReport } from '../../run/report';
import { stagesCsv, stagesLatex } from '../../run/stages';
import { stateOf } from '../../run/state';
import { isAtWork } from '../../run/states';
import { type RunSummary, type StageSummary, summarizeRun } from '../../run/summary';
import { renderCsv, renderLatex, renderMarkdown } from '../../run/tables';
import type { Experiment } from '../../schedule/experiment';
import { ownWords } from '../../schedule/launcher';
import { phasesText } from '../../schedule/recipe-table';
import { chooseVariants, variantsOf } from '../../schedule/stages';
import { type CheckedExperiment, checkExperiment } from '../../trainer/check';
import type { ExportForm } from '../../trainer/export-forms';
import { titleOf } from '../../trainer/launch';
import { fits, isThere, openRun, openRuns } from '../../trainer/open-runs';
import { planRuns, runsFolder, sharingCores, type WorkPlan } from '../../trainer/plan';
import { startingHash } from '../../trainer/starting-model';
import type { Watch } from '../desk';
import type { Step } from '../long-work';
import { paced } from '../paced';

/** A summary without the many points of its curves. */
export interface RunDigest extends Omit<RunSummary, 'stages'> {
  stages: StageDigest[];
}

export interface StageDigest extends Omit<StageSummary, 'curve' | 'evaluations'> {
  /** Steps that have been taken. */
  taken: number;
  /** Loss of the newest step. */
  loss?: number;
}

export function digest(path: string): RunDigest {
  const summary = summarizeRun(RunFolder.open(path));
  return { ...summary, stages: summary.stages.map(digestOf) };
}

function digestOf({ curve, evaluations: _, ...stage }: StageSummary): StageDigest {
  return { ...stage, taken: curve.length, loss: curve.at(-1)?.loss };
}

/** What an experiment offers to train, and what is wrong with it. */
export interface Check {
  name: string;
  variants: { name: string; title: string; detail: string }[];
  seeds: number[];
  /** What the experiment would run in its own words to start a run. */
  words: string[];
  problems: Problem[];
}

/** The experiment that was looked at last, with its data, so that what follows need not read them again. */
let checked: { file: string; experiment: CheckedExperiment } | undefined;

export async function check(file: string): Promise<Check> {
  const experiment = await checkExperiment(file);
  checked = { file, experiment };
  const { name, problems } = experiment;
  if (!experiment.experiment) return { name, variants: [], seeds: [], words: [], problems };
  const variants = variantsOf(experiment.experiment).map((variant) => ({
    name: variant.name,
    title: titleOf(variant),
    detail: variant.recipe ? phasesText(variant.recipe) : 'the stages of the experiment',
  }));
  const { seeds, launcher } = experiment.experiment;
  const words = ownWords(launcher);
  return { name, variants, seeds, words: words ? [words] : [], problems };
}

/** What the person has chosen to train. */
export interface Order {
  file: string;
  variants: string[];
  seeds: number[];
  jobs: number;
  /** Train finished runs once more, in a folder of their own. */
  again: boolean;
}

export interface Opened {
  out: string;
  /** Run folders to be trained, in order. */
  paths: string[];
  /** Runs that were left as they are: finished, and at work already. */
  finished: number;
  busy: number;
}

/** Makes the run folders. Where the usual folder holds runs of something else, the next free one is taken. */
export async function open({ file, variants, seeds, jobs, again }: Order, watch?: Watch<Step>): Promise<Opened> {
  const { name, experiment, data } = checked?.file === file ? checked.experiment : await checkExperiment(file);
  if (!experiment || !data) throw new UserError(`${file} can't run before its errors are mended.`);
  const settled = sharingCores(experiment, jobs);
  const modelHash = await startingHash(experiment, watch && { signal: watch.signal, onProgress: paced(watch) });
  const asked = { name, experiment: settled, data, modelHash, variants: chooseVariants(settled, variants), seeds };
  const plansIn = (out: string) => planRuns({ ...asked, out });
  const suits = again ? (plan: WorkPlan) => !isThere(plan) : fits;
  const usual = runsFolder(dirname(file), name);
  let out = usual;
  let plans = plansIn(out);
  for (let number = 2; !plans.every(suits); number++) plans = plansIn((out = `${usual}-${number}`));
  const free = plans.filter((plan) => !isThere(plan) || !isBusy(plan.path));
  const runs = await openRuns(free);
  const paths = runs.filter(({ finished }) => !finished).map(({ folder }) => folder.path);
  return { out, paths, finished: runs.length - paths.length, busy: plans.length - free.length };
}

function isBusy(path: string): boolean {
  return isAtWork({ state: stateOf(RunFolder.open(path)) });
}

/** Cuts runs back to their newest checkpoints, so that they can go on. */
export async function reopen(paths: string[]): Promise<void> {
  for (const path of paths) await openRun(RunFolder.open(path), []);
}

/** What would be run to start these in the words of their experiments. */
export function wordsOf(paths: string[]): string[] {
  const launchers = paths.map((path) => RunFolder.open(path).readJson<Experiment>(runFiles.experiment).launcher);
  return [...new Set(launchers.flatMap((launcher) => ownWords(launcher) ?? []))];
}

/** Writes a checkpoint of a run as other programs load it. */
export async function exportCheckpoint(run: string, folder: string, to: string, form: ExportForm): Promise<void> {
  const { exportModel } = await import('../../trainer/export');
  await exportModel({ folder, run: RunFolder.open(run) }, to, form);
}

/** A run's report in Markdown, as things stand. */
export function report(path: string): string {
  return renderReport(summarizeRun(RunFolder.open(path)));
}

export type Format = 'csv' | 'markdown' | 'latex' | 'html' | 'svg' | 'stages-csv' | 'stages-latex';

/** Runs beside each other, or their stages, as the text of a file. */
export function table(paths: string[], format: Format): string {
  const summaries = paths.filter((path) => existsSync(path)).map((path) => summarizeRun(RunFolder.open(path)));
  if (format === 'stages-csv') return stagesCsv(summaries);
  if (format === 'stages-latex') return stagesLatex(summaries);
  const comparison = compareRuns(summaries, { paper: paperNumbers('7B') });
  if (comparison.rows.length === 0)
    throw new UserError('None of these runs has finished with a test result, so there is nothing to compare.');
  if (format === 'html') return renderHtml(comparison, summaries);
  if (format === 'svg') return renderSvg(comparison, summaries);
  return { csv: renderCsv, latex: renderLatex, markdown: renderMarkdown }[format](comparison);
}
