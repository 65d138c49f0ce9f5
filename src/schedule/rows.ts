/** Picks the lengths of packed rows: those that compute least over a sample of the steps that will be trained. */
import { packRows } from './bins';
import type { Experiment } from './experiment';
import { cheapestRow, packingCost, placesOf, USUAL_ATTENTION } from './pack';
import type { Schedule, Stage, StepPlan } from './schedule';

/** Rows have a multiple of so many places. */
const STRIDE = 8;
/** Rows are not made longer than this unless an example is. */
const USUAL_LONGEST = 512;
const SAMPLED_STEPS = 16;
/** Larger steps are judged by their first examples: their padding hardly depends on the rest. */
const SAMPLED_EXAMPLES = 256;

export interface RowOptions {
  /** The stages that will use the row; all of the schedule if left out. */
  stages?: readonly Stage[];
  /** See `attentionOf`. */
  attention?: number;
  /** Most places in a row, `training.microBatch`. */
  most?: number;
}

/** How many lengths `training.row: "auto"` picks: measured, four halve the padding of one, and more save little. */
const AUTO_ROWS = 4;

/** The row lengths of a run: the one that the experiment fixes, or a few that suit its steps. */
export function rowsFor(
  schedule: Schedule,
  { row, microBatch }: Pick<Experiment['training'], 'row' | 'microBatch'>,
  attention?: number,
): number[] {
  return row === 'auto' ? chooseRows(schedule, AUTO_ROWS, { attention, most: microBatch }) : [row];
}

/**
 * Up to `count` row lengths, of which each effective batch takes its cheapest: a handful of shapes for the engine and
 * little padding even where batches are small. Chosen one after the other, each to save most beside those before; the
 * first holds every example, sampled or not. Multiples of 8 unless `most` is less.
 */
export function chooseRows(schedule: Schedule, count: number, options: RowOptions = {}): number[] {
  const { stages = schedule.stages, attention = USUAL_ATTENTION, most = Infinity } = options;
  const steps = stages.flatMap((stage) => sampleSteps(schedule, stage));
  const needed = longest(schedule, stages);
  const candidates = candidateRows(needed, most);
  const holdsAll = (row: number) => row >= Math.min(needed, candidates[candidates.length - 1]);
  const costs = candidates.map((row) => steps.map((sizes) => costOf(sizes, row, attention)));
  const chosen: number[] = [];
  let cheapest = steps.map(() => Infinity);
  let total = Infinity;
  while (chosen.length < count) {
    const totals = costs.map((row, candidate) =>
      chosen.length > 0 || holdsAll(candidates[candidate])
        ? sum(row.map((cost, step) => Math.min(cost, cheapest[step])))
        : Infinity,
    );
    const best = totals.indexOf(Math.min(...totals));
    if (chosen.length > 0 && totals[best] >= total) break;
    total = totals[best];
    chosen.push(candidates[best]);
    cheapest = cheapest.map((cost, step) => Math.min(cost, costs[best][step]));
  }
  return chosen;
}

/** Share of the computed places that hold no token, over a sample of a stage's steps. */
export function paddingShare(schedule: Schedule, stage: Stage, rows: readonly number[], attention?: number): number {
  let text = 0;
  let computed = 0;
  for (const sizes of sampleSteps(schedule, stage)) {
    const row = cheapestRow(sizes, rows, attention);
    text += sum(sizes);
    computed += packRows(sizes, row).length * row;
  }
  return 1 - text / computed;
}

/** Infinite where an example of the step does not fit. */
function costOf(sizes: readonly number[], row: number, attention: number): number {
  return sizes.some((size) => size > row) ? Infinity : packingCost(sizes, row, attention);
}

function candidateRows(longest: number, most: number): number[] {
  const last = Math.min(Math.max(roundUp(longest), USUAL_LONGEST), most);
  const rows = Array.from({ length: Math.floor(last / STRIDE) }, (_, number) => (number + 1) * STRIDE);
  return last % STRIDE === 0 ? rows : [...rows, last];
}

/** Places of each example, for steps spread over the first epochs. */
function sampleSteps(schedule: Schedule, stage: Stage): number[][] {
  const steps: StepPlan[] = [];
  for (let pass = 1; pass <= schedule.passes(stage) && steps.length < SAMPLED_STEPS; pass++) {
    steps.push(...schedule.plan(stage, pass));
  }
  const count = Math.min(SAMPLED_STEPS, steps.length);
  const chosen = Array.from({ length: count }, (_, number) => steps[Math.floor((number * steps.length) / count)]);
  return chosen.map((step) => step.slice(0, SAMPLED_EXAMPLES).map((index) => placesOf(schedule.examples[index])));
}

function longest(schedule: Schedule, stages: readonly Stage[]): number {
  return stages
    .flatMap((stage) => schedule.members(stage))
    .reduce((most, index) => Math.max(most, placesOf(schedule.examples[index])), 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function roundUp(places: number): number {
  return Math.ceil(places / STRIDE) * STRIDE;
}
