/**
 * A model that people use, here and in transformers, as `samples/smollm2` trains and asks it: two processes that work in
 * turn on the same cores with the same token ids. A ratio is that of two neighbours in time; given are the median of all
 * rounds and the range.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ModelConfig } from '../src/model/config';
import { readConfig } from '../src/model/config-file';
import { keepingMemory } from '../src/trainer/allocator';
import type { Engine } from '../src/trainer/choose-engine';
import { median } from './model';
import { pythonCommand } from './python';
import { type PlannedStage, planReal, type RealPlan, textPlaces } from './real-plan';
import { Side } from './side';
import { trainingFlops } from './step';

const rounds = 3;

/** What is measured, how it came out, and what was aimed at. */
export type Row = [what: string, found: string, aim: string];

/** What two sides took for the same work, round by round. */
interface Pair {
  ours: number[];
  theirs: number[];
}

interface Sides {
  ours: Side;
  theirs: Side;
}

/** Rows of the table for the model in a folder. Needs Python with torch and transformers. */
export const measureReal = (folder: string): Promise<Row[]> =>
  withPlan(folder, async (plan, file) => [
    ...(await training(plan, file, 'onnx', '≥ 1.5')),
    ...(await answering(plan, file, 'onnx', '≥ 2')),
    ...loading(plan, file),
  ]);

/** The same for the torch learner, on the processor. */
export const measureTorchReal = (folder: string): Promise<Row[]> =>
  withPlan(folder, async (plan, file) => [
    ...(await training(plan, file, 'torch', '≥ 1.25 on a GPU')),
    ...(await answering(plan, file, 'torch', '≥ 3 on a GPU')),
    ...['tokens/s at 135 M and 1 B', 'operations over the GPU’s peak', 'memory', 'questions/s'].map(onGpu),
  ]);

const onGpu = (what: string): Row => [`${what}, on a GPU`, 'not measured', ''];

async function withPlan(folder: string, measure: (plan: RealPlan, file: string) => Promise<Row[]>): Promise<Row[]> {
  const place = mkdtempSync(join(tmpdir(), 'pit-bench-'));
  try {
    const plan = await planReal(resolve(folder));
    const file = join(place, 'plan.json');
    writeFileSync(file, JSON.stringify(plan));
    return await measure(plan, file);
  } finally {
    rmSync(place, { recursive: true });
  }
}

async function training(plan: RealPlan, file: string, engine: Engine, aim: string): Promise<Row[]> {
  const sides = openSides(file, engine);
  const stages = plan.stages.map((stage, index) => ({ stage, index, seconds: emptyPair() }));
  const products: number[] = [];
  await both(sides, { train: stages.length - 1 });
  for (let round = 0; round < rounds; round++) {
    for (const { index, seconds } of stages) add(seconds, await both(sides, { train: index }));
    products.push((await sides.ours.ask<{ flopsPerSecond: number }>({ multiply: 0 })).flopsPerSecond);
  }
  const all = sumOf(stages.map(({ seconds }) => seconds));
  const tokens = plan.stages.map(textPlaces);
  const config = await readConfig(plan.model);
  return [
    ...stages.map(({ stage, index, seconds }): Row => [`training, ${stage.name}`, faster(seconds, tokens[index]), '']),
    ['training, all of it', faster(all, total(tokens)), aim],
    ['its needed operations over the largest matrix product', shares(all, config, plan.stages, products), ''],
    ['memory at most, training', smaller(await closed(sides)), 'less'],
  ];
}

async function answering(plan: RealPlan, file: string, engine: Engine, aim: string): Promise<Row[]> {
  const sides = openSides(file, engine);
  const cases = [
    { batch: 1, prompts: 4, seconds: emptyPair() },
    { batch: plan.prompts.length, prompts: plan.prompts.length, seconds: emptyPair() },
  ];
  for (const { batch } of cases) await both(sides, { generate: batch });
  let same = 0;
  for (let round = 0; round < rounds; round++) {
    for (const { batch, seconds } of cases) {
      const found = await both<{ seconds: number; answers: number[][] }>(sides, { generate: batch });
      add(seconds, found);
      same = found.ours.answers.filter((answer, i) => String(answer) === String(found.theirs.answers[i])).length;
    }
  }
  const held = await closed(sides);
  return [
    ...cases.map(({ batch, prompts, seconds }): Row => {
      return [`generation, ${batch} at once`, faster(seconds, prompts * plan.maxTokens), aim];
    }),
    ['answers of the same tokens', `${same} of ${plan.prompts.length}`, 'all'],
    // The processes of torch tell it of training alone.
    ...(engine === 'onnx' ? [['memory at most, answering', smaller(held), 'less'] as Row] : []),
  ];
}

/** From the start of a process to its first answer, and what reading the bytes of the weights takes alone. */
function loading(plan: RealPlan, file: string): Row[] {
  const pit = [process.execPath, resolve(__dirname, '../dist/cli.cjs')];
  const ours = [...pit, 'ask', plan.model, plan.question, '--max-tokens', `${plan.maxTokens}`];
  const theirs = [...pythonCommand('real.py'), '--plan', file, '--ask'];
  const seconds = emptyPair();
  const bytes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    add(seconds, { ours: { seconds: timeOf(ours) }, theirs: { seconds: timeOf(theirs) } });
    const start = performance.now();
    readFileSync(join(plan.model, 'model.safetensors'));
    bytes.push((performance.now() - start) / 1000);
  }
  const times = `${median(seconds.ours).toFixed(1)} s, theirs ${median(seconds.theirs).toFixed(1)} s`;
  return [
    ['from nothing to a first answer', `${times}: ${ratioText(seconds)}`, ''],
    ['reading the bytes of the weights alone', `${median(bytes).toFixed(2)} s`, ''],
  ];
}

function openSides(plan: string, engine: Engine): Sides {
  const here = [process.execPath, '--import', 'tsx', resolve(__dirname, 'real-side.ts')];
  return {
    // As a trainer is started.
    ours: new Side([...here, plan, engine], engine === 'onnx' ? keepingMemory() : process.env),
    theirs: new Side([...pythonCommand('real.py'), '--plan', plan]),
  };
}

async function both<Answer = { seconds: number }>({ ours, theirs }: Sides, request: Record<string, number>) {
  return { ours: await ours.ask<Answer>(request), theirs: await theirs.ask<Answer>(request) };
}

/** Ends both, and gives the most bytes that each has held. */
async function closed(sides: Sides): Promise<{ ours: { bytes: number }; theirs: { bytes: number } }> {
  const found = await both<{ bytes: number }>(sides, { peak: 0 });
  await Promise.all([sides.ours.close(), sides.theirs.close()]);
  return found;
}

function timeOf([program, ...words]: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${stderr.slice(-2000)}`);
  return (performance.now() - start) / 1000;
}

const emptyPair = (): Pair => ({ ours: [], theirs: [] });

function add(pair: Pair, { ours, theirs }: Record<keyof Pair, { seconds: number }>): void {
  pair.ours.push(ours.seconds);
  pair.theirs.push(theirs.seconds);
}

function sumOf(pairs: readonly Pair[]): Pair {
  const side = (name: keyof Pair) => pairs[0][name].map((_, round) => total(pairs.map((pair) => pair[name][round])));
  return { ours: side('ours'), theirs: side('theirs') };
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0);

/** `1.62 times (1.58 to 1.70)`, the other side's time over this one's. */
function ratioText({ ours, theirs }: Pair): string {
  const ratios = ours.map((seconds, round) => theirs[round] / seconds);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  return `${median(ratios).toFixed(2)} times (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

function faster(pair: Pair, tokens: number): string {
  const [ours, theirs] = [pair.ours, pair.theirs].map((seconds) => (tokens / median(seconds)).toFixed(0));
  return `${ratioText(pair)}: ${ours} tokens/s, theirs ${theirs}`;
}

function smaller({ ours, theirs }: Record<keyof Pair, { bytes: number }>): string {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  return `${(ours.bytes / theirs.bytes).toFixed(2)} times: ${gigabytes(ours.bytes)}, theirs ${gigabytes(theirs.bytes)}`;
}

/** Operations that the texts need, without padding and logits that no loss looks at, as a share of a product's speed. */
function shares(
  { ours, theirs }: Pair,
  config: ModelConfig,
  stages: readonly PlannedStage[],
  products: number[],
): string {
  const needed = total(stages.map((stage) => neededFlops(config, stage)));
  const share = (seconds: readonly number[]) =>
    median(seconds.map((each, round) => needed / each / products[round])).toFixed(2);
  return `${share(ours)}, theirs ${share(theirs)} (of ${(median(products) / 1e9).toFixed(0)} GFLOP/s)`;
}

function neededFlops(config: ModelConfig, stage: PlannedStage): number {
  const examples = stage.steps.flat();
  const lengths = examples.map(({ tokens }) => tokens.length - 1);
  return trainingFlops(config, {
    places: total(lengths),
    scored: total(examples.map(({ weights }) => weights.filter((weight) => weight > 0).length)),
    pairs: total(lengths.map((length) => length ** 2)),
  });
}
