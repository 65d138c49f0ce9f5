/** What a schedule will do, in numbers and in text: what `pit schedule` shows before anything is trained. */
import type { Dataset } from '../dataset/model';
import type { Tokenizer } from '../model/tokenizer';
import { placesOf } from './pack';
import { paddingShare } from './rows';
import type { Example, Kind, Schedule, Stage, StepPlan, Truncation, PromptStyle } from './schedule';
import { writePart } from './stages';

/** Lengths in tokens, special ones counted. */
export interface Lengths {
  count: number;
  min: number;
  p25: number;
  p50: number;
  p75: number;
  p95: number;
  max: number;
}

export interface StageDescription extends Pick<Stage, 'number' | 'name' | 'epochs' | 'rate' | 'batch' | 'arrangement'> {
  parts: string[];
  /** Different examples; kept questions are among them. */
  examples: number;
  keptQuestions: number;
  /** Examples of the parts that a hand-made order leaves out. */
  leftOut: number;
  /** Optimiser steps, all epochs together. */
  steps: number;
  /** Tokens that the model reads, all epochs together; padding is not among them. */
  tokens: number;
  /** Share of the computed places that are padding, on a sample of the steps. */
  padding: number;
  /** The first examples of every pass. */
  order: { epoch: number; first: string[] }[];
}

export interface ScheduleDescription {
  seed: number;
  prompt: PromptStyle;
  /** Row lengths in places; each effective batch takes its cheapest. */
  rows: number[];
  stages: StageDescription[];
  lengths: Partial<Record<Kind, Lengths>>;
  truncated: Truncation[];
}

export interface DescribeOptions {
  dataset: Dataset;
  rows: number[];
  /** How many examples of each pass are named. */
  shown?: number;
}

export function describeSchedule(
  schedule: Schedule,
  { dataset, rows, shown = 5 }: DescribeOptions,
): ScheduleDescription {
  return {
    seed: schedule.seed,
    prompt: schedule.prompt,
    rows,
    stages: schedule.stages.map((stage) => describeStage(schedule, stage, dataset, rows, shown)),
    lengths: { ...lengthsOf(schedule, 'document'), ...lengthsOf(schedule, 'question') },
    truncated: schedule.truncated,
  };
}

function describeStage(
  schedule: Schedule,
  stage: Stage,
  dataset: Dataset,
  rows: number[],
  shown: number,
): StageDescription {
  const { number, name, epochs, rate, batch, arrangement, keptQuestions } = stage;
  const plans = Array.from({ length: schedule.passes(stage) }, (_, pass) => schedule.plan(stage, pass + 1));
  const examples = new Set(schedule.members(stage)).size;
  return {
    number,
    name,
    parts: stage.parts.map(writePart),
    epochs,
    rate,
    batch,
    arrangement,
    examples,
    keptQuestions,
    leftOut: partSize(stage, dataset) + keptQuestions - examples,
    steps: plans.reduce((steps, plan) => steps + plan.length, 0),
    tokens: plans.reduce((tokens, plan) => tokens + tokensOf(schedule, plan), 0),
    padding: paddingShare(schedule, stage, rows),
    order: plans.map((plan, pass) => ({ epoch: pass + 1, first: firstIds(schedule, plan, shown) })),
  };
}

function partSize({ parts }: Stage, { documents, questions }: Dataset): number {
  const sizeOf = (kind: Kind, split: string) =>
    (kind === 'document' ? documents : questions).reduce((count, text) => count + Number(text.split === split), 0);
  return parts.reduce((size, { kind, split }) => size + sizeOf(kind, split), 0);
}

function tokensOf({ examples }: Schedule, plan: readonly StepPlan[]): number {
  return plan.reduce((sum, step) => step.reduce((tokens, index) => tokens + placesOf(examples[index]), sum), 0);
}

function firstIds({ examples }: Schedule, plan: readonly StepPlan[], shown: number): string[] {
  const ids: string[] = [];
  for (const step of plan) {
    for (const index of step) {
      if (ids.length >= shown) return ids;
      ids.push(examples[index].id);
    }
  }
  return ids;
}

/** Nearest-rank quantiles; nothing where there is no example of the kind. */
function lengthsOf({ examples }: Schedule, kind: Kind): Partial<Record<Kind, Lengths>> {
  const lengths = Float64Array.from(
    examples.filter((example) => example.kind === kind),
    ({ tokens }) => tokens.length,
  ).sort();
  if (lengths.length === 0) return {};
  const at = (share: number) => lengths[Math.max(0, Math.ceil(share * lengths.length) - 1)];
  const { length: count } = lengths;
  return { [kind]: { count, min: at(0), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95), max: at(1) } };
}

/** A token as it counts in training. */
export interface DescribedToken {
  id: number;
  /** With white space made visible. */
  text: string;
  /** Relative weight of predicting it, 0 where it is only read. */
  weight: number;
}

export function describeTokens({ tokens, weights }: Example, tokenizer: Tokenizer): DescribedToken[] {
  return Array.from(tokens, (id, place) => ({
    id,
    text: tokenizer.show(id),
    weight: place === 0 ? 0 : weights[place - 1],
  }));
}
