/**
 * The training loop: stage after stage, epoch after epoch, step after step. After a step comes what is due there: a
 * checkpoint, and after it an evaluation. What has happened is written to the run folder and nowhere else.
 */
import type { StepResult } from '../engine/learner';
import { OutOfMemory } from '../engine/out-of-memory';
import { UserError } from '../errors';
import type { Position } from '../run/events';
import { countSteps } from '../schedule/compile';
import { packBatches } from '../schedule/pack';
import type { Example, PackedBatch, Stage } from '../schedule/schedule';
import { type Cursor, saveCheckpoint } from './checkpoints';
import { evaluate } from './evaluate';
import { learningRate } from './rate';
import type { Workbench } from './workbench';

const now = () => new Date().toISOString();

/** Trains on from `start` (from the beginning without one) until all is done or somebody asks to stop. */
export async function train(bench: Workbench, start?: Cursor): Promise<'finished' | 'stopped'> {
  const { stages } = bench.schedule;
  if (stages.length === 0) return evaluate(bench, { stage: 0, epoch: 0, step: 0 }, 'full');
  for (const stage of stages.slice((start?.stage ?? 1) - 1)) {
    const from = stage.number === start?.stage ? start : undefined;
    if ((await trainStage(bench, stage, from)) === 'stopped') return 'stopped';
  }
  return 'finished';
}

async function trainStage(bench: Workbench, stage: Stage, from?: Cursor): Promise<'finished' | 'stopped'> {
  const { folder, schedule, learner, experiment } = bench;
  const total = countSteps(schedule, stage);
  if (!from) {
    folder.appendEvent({
      type: 'stage-started',
      time: now(),
      stage: stage.number,
      name: stage.name,
      epochs: stage.epochs,
      steps: total,
    });
    if (experiment.training.resetOptimizer) await learner.resetOptimizer();
  }
  if (from && (await evaluateIfDue(bench, from)) === 'stopped') return 'stopped';
  let cursor = from;
  for (const { epoch, step, examples, epochEnds } of stepsOf(bench, stage, from?.step ?? 0)) {
    if (folder.stopRequested()) {
      if (cursor) await saveCheckpoint(bench, cursor);
      return 'stopped';
    }
    await trainStep(
      bench,
      { stage: stage.number, epoch, step },
      examples,
      learningRate(step, total, { ...experiment.training, rate: stage.rate }),
    );
    cursor = { stage: stage.number, epoch, step, epochEnds, stageDone: step === total };
    if (checkpointIsDue(bench, cursor)) await saveCheckpoint(bench, cursor);
    if ((await evaluateIfDue(bench, cursor)) === 'stopped') return 'stopped';
  }
  return 'finished';
}

interface PlannedStep {
  epoch: number;
  step: number;
  examples: Example[];
  epochEnds: boolean;
}

/** The stage's steps after the first `done`, counted from 1 over all epochs. */
function* stepsOf({ schedule }: Workbench, stage: Stage, done: number): Generator<PlannedStep> {
  let step = 0;
  for (let epoch = 1; epoch <= schedule.passes(stage); epoch++) {
    const plan = schedule.plan(stage, epoch);
    for (const [i, members] of plan.entries()) {
      if (++step <= done) continue;
      const examples = members.map((index) => schedule.examples[index]);
      yield { epoch, step, examples, epochEnds: i === plan.length - 1 };
    }
  }
}

async function trainStep(
  bench: Workbench,
  position: Position,
  examples: readonly Example[],
  rate: number,
): Promise<void> {
  const { folder, rows, microBatch, attention } = bench;
  const started = performance.now();
  const packed = packBatches(examples, { row: rows, microBatch, attention });
  const { batches, result } = await stepWithinMemory(bench, position, packed, rate);
  refuseNonsense(result, position, rate);
  const gpuMemory = bench.gpu.memory();
  folder.appendOrder({ ...position, examples: examples.map(({ id }) => id) });
  folder.appendEvent({
    type: 'step',
    time: now(),
    ...position,
    loss: result.loss,
    ...lossByKind(batches, result.losses),
    gradientNorm: result.gradientNorm,
    rate,
    ...places(batches),
    seconds: (performance.now() - started) / 1000,
    memory: result.memory ?? process.memoryUsage.rss(),
    ...(gpuMemory && { gpuMemory }),
  });
}

/** A step, computed in smaller parts where memory runs out; the batches as they were computed in the end. */
async function stepWithinMemory(
  { folder, learner, microBatches }: Workbench,
  position: Position,
  packed: readonly PackedBatch[],
  rate: number,
): Promise<{ batches: PackedBatch[]; result: StepResult }> {
  for (;;) {
    const batches = microBatches.cut(packed);
    try {
      return { batches, result: await learner.step(batches, rate) };
    } catch (error) {
      if (!(error instanceof OutOfMemory)) throw error;
      const halved = microBatches.halve(error, batches);
      console.error(halved.message);
      folder.appendEvent({ type: 'halved', time: now(), ...position, ...halved });
    }
  }
}

/** Mean over the examples of each kind of the mean over an example's counted tokens, nats. */
function lossByKind(batches: readonly PackedBatch[], losses: readonly Float32Array[]) {
  const sums = { document: { total: 0, weight: 0 }, question: { total: 0, weight: 0 } };
  batches.forEach(({ weights, examples, members }, i) => {
    weights.forEach((weight, place) => {
      if (weight === 0) return;
      const sum = sums[members[examples[place]].kind];
      sum.total += weight * losses[i][place];
      sum.weight += weight;
    });
  });
  const { document, question } = sums;
  return {
    ...(document.weight > 0 && { documentLoss: document.total / document.weight }),
    ...(question.weight > 0 && { questionLoss: question.total / question.weight }),
  };
}

function places(batches: readonly PackedBatch[]): { tokens: number; padding: number } {
  const computed = batches.reduce((sum, { rows, length }) => sum + rows * length, 0);
  const padding = batches.reduce((sum, { examples }) => sum + examples.filter((example) => example < 0).length, 0);
  return { tokens: computed - padding, padding };
}

function refuseNonsense(
  { loss, gradientNorm }: StepResult,
  { stage, step }: { stage: number; step: number },
  rate: number,
) {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  const what = Number.isFinite(loss) ? `gradient norm became ${gradientNorm}` : `loss became ${loss}`;
  throw new UserError(
    `The ${what} at step ${step} of stage ${stage} with a learning rate of ${rate.toExponential(2)}: ` +
      'try a lower rate or a few steps of warm-up. The last checkpoint is intact.',
  );
}

function evaluationExtent({ experiment }: Workbench, cursor: Cursor): 'full' | 'subset' | undefined {
  if (cursor.stageDone) return 'full';
  const { everyEpochs } = experiment.evaluation;
  return everyEpochs > 0 && cursor.epochEnds && cursor.epoch % everyEpochs === 0 ? 'subset' : undefined;
}

function checkpointIsDue(bench: Workbench, cursor: Cursor): boolean {
  return evaluationExtent(bench, cursor) !== undefined || cursor.step % bench.experiment.training.checkpointEvery === 0;
}

/** Stopped half-way, it is made anew from the checkpoint that was written before it. */
async function evaluateIfDue(bench: Workbench, cursor: Cursor): Promise<'finished' | 'stopped'> {
  const extent = evaluationExtent(bench, cursor);
  const { stage, epoch, step } = cursor;
  return extent ? evaluate(bench, { stage, epoch, step }, extent) : 'finished';
}
