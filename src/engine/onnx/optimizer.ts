/**
 * The optimiser's step on a state. On the processor it is done in place, slice after slice: what a slice needs stays in
 * the cache, and what ONNX Runtime's Node package copies of a result is small. Where weights stay on
 * a GPU one graph moves all of them.
 */
import { Tensor } from 'onnxruntime-node';
import { messageOf, UserError } from '../../errors';
import type { ModelConfig } from '../../model/config';
import { trainedParameters } from '../../model/parameters';
import type { OptimizerSettings } from '../learner';
import { type Factors, factorsOf, type StepSize } from './adamw';
import { firstOf, gradientOf, secondOf, sliceGraph, updateGraph } from './graphs';
import { type Programs, run } from './programs';
import { keepsTensors } from './providers';
import { release, type Tensors, type TrainingState } from './state';

/** Slices of 64 to 512 kB are equally fast, of more and of fewer numbers slower. */
const usualSlice = 1 << 17;

export class Optimizer {
  constructor(
    private readonly config: ModelConfig,
    private readonly settings: OptimizerSettings,
    private readonly programs: Programs,
    private readonly slice = usualSlice,
  ) {}

  /** @param gradients by their inputs' names; let go where they are on a device */
  async step(state: TrainingState, gradients: Tensors, size: Omit<StepSize, 't'>): Promise<void> {
    const factors = factorsOf(this.settings, { ...size, t: state.steps + 1 });
    await (keepsTensors(this.programs.provider)
      ? this.onDevice(state, gradients, factors)
      : this.inPlace({ ...state.slots, ...gradients }, factors));
    state.steps++;
  }

  private async inPlace(tensors: Tensors, factors: Factors<number>): Promise<void> {
    const { session, graph } = await this.programs.of('slice', () => sliceGraph(this.settings), 'cpu');
    const { weight, first, second } = graph.results;
    const [decaying, sparing] = [scalars(factors), scalars({ ...factors, shrink: 1 })];
    for (const { name, decay } of trainedParameters(this.config)) {
      const arrays = [name, firstOf(name), secondOf(name), gradientOf(name)].map((key) => tensors[key].data);
      for (let at = 0; at < arrays[0].length; at += this.slice) {
        const [w, m, v, g] = arrays.map((array) => vector((array as Float32Array).subarray(at, at + this.slice)));
        const feeds = { weight: w, first: m, second: v, gradient: g, ...(decay ? decaying : sparing) };
        await session.run(feeds, { [weight]: w, [first]: m, [second]: v }).catch(brokenOff);
      }
    }
  }

  private async onDevice(state: TrainingState, gradients: Tensors, factors: Factors<number>): Promise<void> {
    const { config, settings, programs } = this;
    const program = await programs.of('update', () => updateGraph(config, settings, programs.provider));
    const { written } = await run(program, { ...state.slots, ...gradients, ...scalars(factors) }, {});
    state.replace(written);
    release(gradients);
  }
}

/** What is half written can't be gone on with. */
function brokenOff(error: unknown): never {
  const detail = messageOf(error);
  throw new UserError('A step broke off while it wrote weights; the last checkpoint is intact.', { detail });
}

function scalars(factors: Factors<number>): Tensors {
  const named = Object.entries(factors) as [keyof Factors<number>, number][];
  return Object.fromEntries(named.map(([name, x]) => [`factor.${name}`, new Tensor('float32', [x], [])]));
}

const vector = (numbers: Float32Array) => new Tensor('float32', numbers, [numbers.length]);
