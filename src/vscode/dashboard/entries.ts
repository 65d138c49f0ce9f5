/** Which runs the dashboard lists and shows, and in which order. Pure. */
import { dirname, sep } from 'node:path';
import type { EvaluationFacts, RunEntry, RunFacts } from '../../../webview/messages';
import { kinOf } from '../../run/comparison';
import type { LiveRun } from '../lab';

export function entryOf({ folder, state }: LiveRun): RunEntry {
  const { name, recipe, title = recipe, seed, created } = folder.identity;
  return {
    ...{ path: folder.path, experiment: name, out: dirname(folder.path) },
    ...{ recipe, title, seed, created, state, kin: kinOf(folder.identity) },
  };
}

/** The runs of an experiment, else those of the newest output folder. @param runs the newest first */
export function runsToShow(runs: readonly LiveRun[], experiment?: { name: string; folder: string }): string[] {
  const own = experiment ? runs.filter((run) => belongsTo(run, experiment)) : [];
  const newest = runs[0] && dirname(runs[0].folder.path);
  const chosen = own.length > 0 ? own : runs.filter(({ folder }) => dirname(folder.path) === newest);
  return chosen.map(({ folder }) => folder.path);
}

function belongsTo({ folder }: LiveRun, experiment: { name: string; folder: string }): boolean {
  return folder.identity.name === experiment.name && folder.path.startsWith(experiment.folder + sep);
}

/** Whether a run that has just been found joins those that are shown: it is new and of the same experiment. */
export function joins(run: LiveRun, shown: readonly string[], since: string): boolean {
  const { path, identity } = run.folder;
  const isBeside = shown.length === 0 || shown.some((other) => dirname(other) === dirname(path));
  return !shown.includes(path) && identity.created >= since && isBeside;
}

/** The answers to the same questions at the end of the stage before those in a file, where there are any. */
export function predictionsBefore({ evaluations }: Pick<RunFacts, 'evaluations'>, file: string): string | undefined {
  const asked = evaluations.findIndex(({ predictions }) => predictions === file);
  const { split, stage } = evaluations[asked] ?? {};
  const isEarlier = (one: EvaluationFacts) =>
    one.split === split && one.stage < stage! && one.extent === 'full' && one.predictions !== undefined;
  return evaluations.slice(0, Math.max(asked, 0)).findLast(isEarlier)?.predictions;
}
