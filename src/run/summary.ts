/**
 * What a run has to say, read from its folder: how it stands, what each stage did and scored, what the result is and
 * on what it was computed. Plain values that go to JSON; tables and pictures are drawn from them elsewhere.
 */
import { existsSync } from 'node:fs';
import type { Experiment } from '../schedule/experiment';
import type { AnswerMetrics, RunEvent } from './events';
import { runFiles, type RunFolder, type RunIdentity } from './folder';
import { stateFrom } from './state';
import type { RunState } from './states';

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
export type Device = Omit<Event<'device'>, 'type' | 'time'>;
export type Evaluation = Omit<Event<'evaluated'>, 'type' | 'time'>;
export type CurvePoint = Pick<Event<'step'>, 'epoch' | 'step' | 'loss' | 'documentLoss' | 'questionLoss'>;

export interface StageSummary {
  /** From 1; 0 holds what was evaluated before any training. */
  number: number;
  name: string;
  epochs: number;
  steps: number;
  curve: CurvePoint[];
  evaluations: Evaluation[];
  /** Answers to all test questions at the end of the stage. */
  test?: AnswerMetrics;
  /** Answers to train questions at the end of the stage: what was learnt, and forgotten since. */
  train?: AnswerMetrics;
  /** Share of answer tokens of test questions that are the most likely given the gold ones before; not exact match. */
  teacherForcedAccuracy?: number;
  /** Of the test documents at the end of the stage. */
  perplexity?: number;
}

export interface RunSummary {
  folder: string;
  identity: RunIdentity;
  state: RunState;
  /** Why it stopped or failed. */
  reason?: string;
  device?: Device;
  stages: StageSummary[];
  /** Answers to all test questions at the end of a finished run. */
  result?: AnswerMetrics;
  /** Where these answers lie, relative to the folder. */
  predictions?: string;
  /** Exact match of guessing without reading. */
  blindPrior?: number;
  /** Tokens of text trained on, and those a second. */
  tokens: number;
  tokensPerSecond?: number;
  /** Wall time of a finished run; of its steps and evaluations otherwise. */
  seconds: number;
  /** Evaluations that failed, lines that are damaged. */
  problems: string[];
}

export function summarizeRun(folder: RunFolder): RunSummary {
  const { events, damaged } = folder.readEvents();
  const state = stateFrom(folder, events);
  const splits = splitsOf(folder);
  const stages = stagesOf(events).map((stage) => withEnd(stage, splits));
  const final = state === 'finished' ? stages.at(-1) : undefined;
  return {
    folder: folder.path,
    identity: folder.identity,
    state,
    reason: reasonOf(events, state),
    device: deviceOf(events),
    stages,
    result: final?.test,
    predictions: final && atEnd(final.evaluations, splits.test, 'answers')?.predictions,
    blindPrior: evaluations(events).findLast(({ blindPrior }) => blindPrior !== undefined)?.blindPrior,
    ...effort(events),
    problems: problemsOf(events, damaged),
  };
}

export type Splits = Experiment['splits'];

/** What the experiment calls its train and test splits. */
export function splitsOf(folder: RunFolder): Splits {
  const known = existsSync(folder.file(runFiles.experiment));
  const { splits } = known ? folder.readJson<Partial<Experiment>>(runFiles.experiment) : {};
  return { train: 'train', test: 'test', ...splits };
}

function stagesOf(events: readonly RunEvent[]): StageSummary[] {
  const stages = new Map<number, StageSummary>();
  for (const event of events) {
    if (event.type === 'stage-started') stages.set(event.stage, emptyStage(event.stage, event));
    if (event.type === 'step') stageAt(stages, event.stage).curve.push(pointOf(event));
    if (event.type === 'evaluated') stageAt(stages, event.stage).evaluations.push(detailsOf(event));
  }
  return [...stages.values()].sort((a, b) => a.number - b.number);
}

function emptyStage(number: number, { name, epochs, steps }: Pick<StageSummary, 'name' | 'epochs' | 'steps'>) {
  return { number, name, epochs, steps, curve: [], evaluations: [] };
}

function stageAt(stages: Map<number, StageSummary>, number: number): StageSummary {
  const name = number === 0 ? 'before training' : `stage ${number}`;
  const stage = stages.get(number) ?? emptyStage(number, { name, epochs: 0, steps: 0 });
  stages.set(number, stage);
  return stage;
}

function withEnd(stage: StageSummary, splits: Splits): StageSummary {
  return { ...stage, ...endOf(stage.evaluations, splits) };
}

export type StageEnd = Pick<StageSummary, 'test' | 'train' | 'teacherForcedAccuracy' | 'perplexity'>;

/** What counts as the end of a stage among its evaluations. */
export function endOf(evaluations: readonly Evaluation[], { train, test }: Splits): StageEnd {
  return {
    test: atEnd(evaluations, test, 'answers')?.answers,
    train: atEnd(evaluations, train, 'answers')?.answers,
    teacherForcedAccuracy: atEnd(evaluations, test, 'teacherForcedAccuracy')?.teacherForcedAccuracy,
    perplexity: atEnd(evaluations, test, 'documents')?.documents?.perplexity,
  };
}

/** The evaluation of a split at the end of a stage that holds what is asked for. */
function atEnd(evaluations: readonly Evaluation[], split: string, holding: keyof Evaluation): Evaluation | undefined {
  return evaluations.findLast(
    (evaluation) => evaluation.extent === 'full' && evaluation.split === split && evaluation[holding] !== undefined,
  );
}

function pointOf({ epoch, step, loss, documentLoss, questionLoss }: Event<'step'>): CurvePoint {
  return { epoch, step, loss, documentLoss, questionLoss };
}

/** An event without what every event has. */
function detailsOf<T extends RunEvent>(event: T): Omit<T, 'type' | 'time'> {
  const entries = Object.entries(event).filter(([name]) => name !== 'type' && name !== 'time');
  return Object.fromEntries(entries) as Omit<T, 'type' | 'time'>;
}

function evaluations(events: readonly RunEvent[]): Event<'evaluated'>[] {
  return events.filter((event) => event.type === 'evaluated');
}

function reasonOf(events: readonly RunEvent[], state: RunState): string | undefined {
  const last = events.findLast((event) => event.type === 'stopped' || event.type === 'failed');
  return last?.type === state ? last.reason : undefined;
}

function deviceOf(events: readonly RunEvent[]): Device | undefined {
  const last = events.findLast((event) => event.type === 'device');
  return last && detailsOf(last);
}

function effort(events: readonly RunEvent[]): Pick<RunSummary, 'tokens' | 'tokensPerSecond' | 'seconds'> {
  const steps = events.filter((event) => event.type === 'step');
  const tokens = total(steps.map((step) => step.tokens));
  const training = total(steps.map(({ seconds }) => seconds));
  const evaluating = total(evaluations(events).map(({ seconds }) => seconds));
  const whole = events.findLast((event) => event.type === 'finished')?.seconds;
  return {
    tokens,
    tokensPerSecond: training > 0 ? tokens / training : undefined,
    seconds: whole ?? training + evaluating,
  };
}

function problemsOf(events: readonly RunEvent[], damaged: number): string[] {
  const failed = events.filter((event) => event.type === 'evaluation-failed').map(({ message }) => message);
  const halved = events.filter((event) => event.type === 'halved').map(({ message }) => message);
  const lines = damaged > 0 ? [`${damaged} damaged ${damaged === 1 ? 'line' : 'lines'} in events.jsonl`] : [];
  return [...failed.map((message) => `An evaluation failed: ${message}`), ...halved, ...lines];
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
