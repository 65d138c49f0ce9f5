/**
 * This project's side of the comparison on a real model, a process of its own: `node --import tsx real-side.ts FILE
 * ENGINE`. It answers the same requests as bench/python/real.py, one JSON object a line.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Answerer, Learner } from '../src/engine/learner';
import { processor } from '../src/engine/onnx/device';
import { OnnxLearner } from '../src/engine/onnx/learner';
import { TorchLearner } from '../src/engine/torch/learner';
import { readModel } from '../src/model/folder';
import { readAll } from '../src/model/weights';
import { packBatches } from '../src/schedule/pack';
import type { Example } from '../src/schedule/schedule';
import { experimentFields } from '../src/schedule/experiment';
import { openAnswerer } from '../src/trainer/answerer';
import type { Engine } from '../src/trainer/choose-engine';
import { torchSettings } from '../src/trainer/torch-settings';
import { threads, timed } from './model';
import type { PlannedExample, RealPlan } from './real-plan';
import { openProduct } from './step';

class Side {
  private learner?: Learner;
  private answerer?: Answerer;
  private product?: ReturnType<typeof openProduct>;

  /** Bytes that processes of their own said they held at most. */
  private held = 0;

  constructor(
    private readonly plan: RealPlan,
    private readonly engine: Engine,
  ) {}

  async train(stage: number) {
    const learner = (this.learner ??= await this.openLearner());
    const { packing } = this.plan;
    const { rate, steps } = this.plan.stages[stage];
    const examples = steps.map((step) => step.map(exampleOf));
    const losses: number[] = [];
    const seconds = await timed(async () => {
      for (const step of examples) {
        const { loss, memory = 0 } = await learner.step(packBatches(step, packing), rate);
        losses.push(loss);
        this.held = Math.max(this.held, memory);
      }
    });
    return { seconds, losses };
  }

  async generate(batch: number) {
    const answerer = (this.answerer ??= (await this.openAnswerer()).learner);
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
    return { bytes: this.engine === 'torch' ? this.held : process.resourceUsage().maxRSS * 1024 };
  }

  async close() {
    await Promise.all([this.learner?.close(), this.answerer?.close()]);
  }

  private openAnswerer() {
    return openAnswerer(this.plan.model, { engine: this.engine, device: 'cpu', threads });
  }

  private async openLearner(): Promise<Learner> {
    const { model, optimizer } = this.plan;
    const { config, weights } = await readModel(model);
    if (this.engine === 'onnx')
      return new OnnxLearner({
        ...{ config, optimizer, device: processor(threads) },
        weights: await readAll(config, weights),
      });
    const torch = experimentFields.shape.torch.parse(undefined);
    const settings = await torchSettings({ device: 'cpu', threads, torch, training: { optimizer, recompute: false } });
    return TorchLearner.open({ ...settings, facts: config, model });
  }
}

function exampleOf({ tokens, weights }: PlannedExample, index: number): Example {
  const names = { index, kind: 'document' as const, id: '', documentId: '', split: '' };
  return { ...names, tokens: Int32Array.from(tokens), weights: Float32Array.from(weights) };
}

async function main(plan: string, engine: Engine): Promise<void> {
  const side = new Side(JSON.parse(readFileSync(plan, 'utf8')) as RealPlan, engine);
  for await (const line of createInterface({ input: process.stdin })) {
    const [[name, argument]] = Object.entries(JSON.parse(line) as Record<string, number>);
    const answer = await side[name as 'train' | 'generate' | 'multiply' | 'peak'](argument);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  await side.close();
}

const [plan, engine] = process.argv.slice(2);
void main(plan, engine as Engine);
