/** How runs are called and described in the Runs view, the status bar and messages. Pure: no part of the window. */
import { basename, dirname } from 'node:path';
import { nameOf } from '../../run/names';
import { counted, duration, interval, magnitude, percent } from '../../run/format';
import type { RunIdentity } from '../../run/folder';
import { evaluatingWords } from '../../run/progress';
import { notBegun } from '../../run/reason';
import type { RunState } from '../../run/states';
import type { LiveRun } from '../lab';
import type { RunDigest, StageDigest } from './jobs';

/** `⑦ pit`: as short as a narrow view needs it. */
export function shortNameOf({ title = '', recipe }: RunIdentity): string {
  return /^[①-⑳] /.test(title) ? `${title[0]} ${recipe}` : recipe;
}

/** Theme icon and colour of a run. */
export function iconOf(run: LiveRun): readonly [icon: string, colour?: string] {
  return isUnbegun(run) ? ['circle-outline'] : icons[run.state];
}

/** The state in words. */
export function stateWord(run: LiveRun): string {
  return isUnbegun(run) ? 'not begun' : run.state;
}

function isUnbegun({ state, reason }: LiveRun): boolean {
  return state === 'interrupted' && reason === notBegun;
}

const icons: Record<RunState, readonly [icon: string, colour?: string]> = {
  waiting: ['clock'],
  running: ['sync~spin', 'charts.blue'],
  finished: ['pass-filled', 'charts.green'],
  stopped: ['debug-pause', 'charts.yellow'],
  failed: ['error', 'charts.red'],
  interrupted: ['warning', 'charts.orange'],
};

/** What stands beside a run's name. */
export function describeRun(run: LiveRun, digest?: RunDigest): string {
  return (run.state === 'finished' && resultOf(digest)) || standingOf(run);
}

/** `EM 43.1 [38.2, 48.0]`. */
export function resultOf(digest: RunDigest | undefined): string | undefined {
  return digest?.result && `EM ${interval(digest.result.exactMatch)}`;
}

/** `34 % · 2 min 5 s left` of a run that trains, else its state. */
function standingOf(run: LiveRun): string {
  const { state, progress } = run;
  if (state !== 'running') return stateWord(run);
  if (!progress) return 'starting';
  const left = progress.secondsLeft === undefined ? undefined : `${duration(progress.secondsLeft)} left`;
  return [`${wholePercent(progress.done)} %`, left].filter(Boolean).join(' · ');
}

/** Never says 100 before the end. */
function wholePercent(done: number): number {
  return Math.min(99, Math.floor(100 * done));
}

/** `stage 2: documents, step 14 of 80`, or `120 of 500 test questions answered`. */
function stageOf({ progress }: LiveRun): string | undefined {
  if (progress?.evaluating) return evaluatingWords(progress.evaluating);
  const { number, name, step, steps } = progress?.stage ?? {};
  return number === undefined ? undefined : `stage ${number}: ${name}, step ${step} of ${steps}`;
}

/** The numbers of a stage: those of its end, or how far it is. */
export function describeStage({ test, perplexity, taken, steps, loss }: StageDigest): string {
  const parts = [
    test && `EM ${interval(test.exactMatch)}`,
    perplexity !== undefined && `perplexity ${magnitude(perplexity)}`,
    !test && taken < steps && `step ${taken} of ${steps}`,
    !test && loss !== undefined && `loss ${magnitude(loss)}`,
  ];
  return parts.filter(Boolean).join(' · ');
}

/** All that is known of a stage, a line each. */
export function stageFacts({
  epochs,
  taken,
  steps,
  loss,
  test,
  train,
  perplexity,
  teacherForcedAccuracy,
}: StageDigest): string[] {
  const lines = [
    steps > 0 && `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}, ${taken} of ${steps} steps`,
    loss !== undefined && `Last loss ${magnitude(loss)}`,
    test && `EM ${interval(test.exactMatch)} on ${test.count} test questions`,
    test && `Recall ${interval(test.recall)}`,
    test && `ROUGE-L ${interval(test.rougeL)}`,
    train && `EM ${interval(train.exactMatch)} on ${train.count} train questions`,
    perplexity !== undefined && `Perplexity ${magnitude(perplexity)} of the test documents`,
    teacherForcedAccuracy !== undefined && `Teacher-forced accuracy ${percent(teacherForcedAccuracy)} (not EM)`,
  ];
  return lines.filter((line) => typeof line === 'string');
}

/** All that is known of a run at a glance, a line each. */
export function runFacts(run: LiveRun, digest?: RunDigest): string[] {
  const { folder, state, reason } = run;
  const { result, blindPrior, device, tokensPerSecond, problems = [] } = digest ?? {};
  const lines = [
    reason && !isUnbegun(run) ? `${state}: ${reason}` : stateWord(run),
    stageOf(run),
    result &&
      `EM ${interval(result.exactMatch)}, recall ${interval(result.recall)}, ROUGE-L ${interval(result.rougeL)}`,
    blindPrior !== undefined && `Guessing without reading: EM ${percent(blindPrior)}`,
    device && `${device.device} (${device.reason})`,
    tokensPerSecond !== undefined && `${Math.round(tokensPerSecond)} tokens a second`,
    ...problems,
    `Model: ${folder.identity.model}`,
    folder.path,
  ];
  return lines.filter((line) => typeof line === 'string');
}

/** Runs of one experiment in one output folder. */
export interface RunGroup {
  /** The output folder. */
  out: string;
  name: string;
  runs: LiveRun[];
}

/** Grouped by output folder, the newest first; within a group by seed and then in the order of the experiment. */
export function groupsOf(runs: readonly LiveRun[]): RunGroup[] {
  const groups = new Map<string, RunGroup>();
  for (const run of runs) {
    const out = dirname(run.folder.path);
    const group = groups.get(out) ?? { out, name: run.folder.identity.name, runs: [] };
    group.runs.push(run);
    groups.set(out, group);
  }
  for (const group of groups.values()) group.runs.sort(byTurn);
  return [...groups.values()];
}

function byTurn({ folder: a }: LiveRun, { folder: b }: LiveRun): number {
  return a.identity.seed - b.identity.seed || (a.identity.created < b.identity.created ? -1 : 1);
}

/** `4 of 9 finished`, and the folder where it does not go by the experiment's name. */
export function describeGroup({ out, name, runs }: RunGroup): string {
  const finished = runs.filter(({ state }) => state === 'finished').length;
  const folder = basename(out) === name ? undefined : basename(out);
  const count = finished === runs.length ? `${finished} finished` : `${finished} of ${runs.length} finished`;
  return [folder, count].filter(Boolean).join(' · ');
}

/** `2 of 6 finished · ⑦ Pre-instruction-tuning, seed 1 · stage 2: documents, step 14 of 80 · 35 %`. */
export function groupLine({ runs }: RunGroup): string {
  const running = runs.find(({ state }) => state === 'running');
  const finished = runs.filter(({ state }) => state === 'finished').length;
  const count = runs.length > 1 ? `${finished} of ${runs.length} finished` : undefined;
  const what = running ? [nameOf(running.folder.identity), stageOf(running), standingOf(running)] : ['starting'];
  return [count, ...what].filter(Boolean).join(' · ');
}

/** One line for the status bar: a run that trains, and how many more are at work. */
export function statusLine(running: readonly LiveRun[], waiting: number): string {
  const [first, ...others] = running;
  if (!first) return `${counted(waiting, 'run')} waiting`;
  const more = others.length + waiting > 0 ? ` (+${others.length + waiting})` : '';
  const stage = first.progress?.stage;
  return [`${shortNameOf(first.folder.identity)}${more}`, stage && `stage ${stage.number}`, standingOf(first)]
    .filter(Boolean)
    .join(' · ');
}

/** How far a group is as a whole, 0 to 1: its finished share and what the running ones have done. */
export function doneOf(runs: readonly LiveRun[]): number {
  const share = ({ state, progress }: LiveRun) =>
    state === 'waiting' ? 0 : state === 'running' ? (progress?.done ?? 0) : 1;
  return runs.length === 0 ? 0 : runs.reduce((sum, run) => sum + share(run), 0) / runs.length;
}
