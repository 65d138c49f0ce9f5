/**
 * This project's side of the comparison on a real model, a process of its own: `node --import tsx real-side.ts --plan
 * FILE`. It answers the same requests as bench/python/real.py, one JSON object a line.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Answerer } from '../src/engine/learner';
import { processor } from '../src/engine/onnx/device';
import { OnnxLearner } from '../src/engine/onnx/learner';
import { readModel } from '../src/model/folder';
import { readAll } from '../src/model/weights';
import { packBatches } from '../src/schedule/pack';
import type { Example } from '../src/schedule/schedule';
import { openAnswerer } from '../src/trainer/answerer';
import { threads, timed } from './model';
import type { PlannedExample, RealPlan } from './real-plan';
import { openProduct } from './step';

class Side {
  private learner?: OnnxLearner;
  private answerer?: Answerer;
  private product?: ReturnType<typeof openProduct>;

  constructor(private readonly plan: RealPlan) {}

  async train(stage: number) {
    const learner = (this.learner ??= await this.openLearner());
    const { packing } = this.plan;
    const { rate, steps } = this.plan.stages[stage];
    const examples = steps.map((step) => step.map(exampleOf));
    const losses: number[] = [];
    const seconds = await timed(async () => {
      for (const step of examples) losses.push((await learner.step(packBatches(step, packing), rate)).loss);
    });
    return { seconds, losses };
  }

  async generate(batch: number) {
    const answerer = (this.answerer ??= (await openAnswerer(this.plan.model, { engine: 'onnx', threads })).learner);
    const { prompts, maxTokens } = this.plan;
    const chosen = prompts.slice(0, batch > 1 ? prompts.length : 4).map((prompt) => Int32Array.from(prompt));
    let answers: Int32Array[] = [];
    const seconds = await timed(async () => {
      answers = await answerer.generate(chosen, { maxTokens, batch, stopTokens: [] });
    });
    return { seconds, answers: answers.map((answer) => [...answer]) };
  }

  /** Floating-point operations a second of a large matrix product. */
  async multiply() {
    const { run, flops } = await (this.product ??= openProduct([2048, 2048, 2048]));
    const trials: number[] = [];
    for (let trial = 0; trial < 5; trial++) trials.push(await timed(run));
    return { flopsPerSecond: flops / Math.min(...trials) };
  }

  peak() {
    return { bytes: process.resourceUsage().maxRSS * 1024 };
  }

  private async openLearner(): Promise<OnnxLearner> {
    const { model, optimizer } = this.plan;
    const { config, weights } = await readModel(model);
    return new OnnxLearner({ config, weights: await readAll(config, weights), optimizer, device: processor(threads) });
  }
}

function exampleOf({ tokens, weights }: PlannedExample, index: number): Example {
  const names = { index, kind: 'document' as const, id: '', documentId: '', split: '' };
  return { ...names, tokens: Int32Array.from(tokens), weights: Float32Array.from(weights) };
}

async function main(plan: string): Promise<void> {
  const side = new Side(JSON.parse(readFileSync(plan, 'utf8')) as RealPlan);
  for await (const line of createInterface({ input: process.stdin })) {
    const [[name, argument]] = Object.entries(JSON.parse(line) as Record<string, number>);
    const answer = await side[name as 'train' | 'generate' | 'multiply' | 'peak'](argument);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

void main(process.argv[3]);
