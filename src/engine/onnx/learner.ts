/**
 * The embedded learner: ONNX Runtime inside this process, on the processor or on a GPU through WebGPU. It builds each graph the first time it is
 * needed; a graph serves batches of every shape, so there is one of each kind.
 */
import { Tensor } from 'onnxruntime-node';
import type { ModelConfig } from '../../model/config';
import { countParameters, sizeOf, trainedParameters } from '../../model/parameters';
import type { Batch, DeviceReport, GenerateOptions, Learner, OptimizerSettings, Score, StepResult } from '../learner';
import { shortageOf } from '../out-of-memory';
import { corrections } from './adamw';
import { OnnxAnswerer } from './answerer';
import { batchFeeds, scoredPlaces } from './batch-inputs';
import { type Device, deviceReport } from './device';
import type { Provider } from './graph';
import { gradientGraph, gradientOf, scoreGraph, stepGraph, updateGraph } from './graphs';
import { Programs, run } from './programs';
import { demandOf, outOfMemory, type Work } from './shortage';
import { reusable, type Tensors, TrainingState } from './state';
import { Transfer } from './transfer';

export interface OnnxSettings {
  config: ModelConfig;
  /** Values of `parametersOf(config)` by name; taken over, not copied. */
  weights: ReadonlyMap<string, Float32Array>;
  optimizer: OptimizerSettings;
  device: Device;
  /** Computes each block again for the way back in place of keeping what it made. */
  recompute?: boolean;
}

export class OnnxLearner implements Learner {
  readonly processes = 1;
  readonly parameters: number;
  readonly report: DeviceReport;
  private readonly state: TrainingState;
  private readonly provider: Provider;
  private readonly transfer?: Transfer;
  private readonly programs: Programs;
  private sums: [Tensors, Tensors] | undefined;
  private moved?: Promise<void>;

  constructor(private readonly settings: OnnxSettings) {
    this.provider = settings.device.provider;
    this.programs = new Programs(settings.device);
    this.transfer = this.provider === 'cpu' ? undefined : new Transfer(settings.device.threads);
    this.state = new TrainingState(settings.config, settings.weights, this.transfer);
    this.parameters = countParameters(settings.config);
    this.report = deviceReport(settings.device);
  }

  get config(): ModelConfig {
    return this.settings.config;
  }

  step(batches: readonly Batch[], rate: number): Promise<StepResult> {
    return this.withinMemory('in a training step', batches, async () => {
      await this.onDevice();
      return batches.length === 1 ? this.stepAtOnce(batches[0], rate) : this.stepAccumulated(batches, rate);
    });
  }

  private async stepAtOnce(batch: Batch, rate: number): Promise<StepResult> {
    const { config, optimizer, recompute } = this.settings;
    const program = await this.programs.of('step', () =>
      stepGraph(config, optimizer, { provider: this.provider, recompute }),
    );
    const places = scoredPlaces(batch);
    const feeds = { ...this.state.inputs, ...batchFeeds(batch, places), ...this.scalars(rate) };
    const { results, written } = await run(program, feeds, this.state.outputs);
    this.state.advance(written);
    return { loss: results.loss[0], gradientNorm: results.norm[0], losses: [spread(batch, places, results.terms)] };
  }

  /** Gradients of one micro-batch after another are added up in two sets of tensors in turn, then applied. */
  private async stepAccumulated(batches: readonly Batch[], rate: number): Promise<StepResult> {
    const { config, optimizer, recompute } = this.settings;
    let [sums, spare] = (this.sums ??= this.noSums());
    for (const tensor of Object.values(sums)) (tensor.data as Float32Array).fill(0);
    const losses: Float32Array[] = [];
    let total = 0;
    for (const batch of batches) {
      const program = await this.programs.of('gradient', () =>
        gradientGraph(config, { provider: this.provider, recompute }),
      );
      const places = scoredPlaces(batch);
      const feeds = { ...this.state.weights, ...sums, ...batchFeeds(batch, places) };
      const { results, written } = await run(program, feeds, spare);
      total += results.loss[0];
      losses.push(spread(batch, places, results.terms));
      [sums, spare] = [written, reusable(sums)];
    }
    const program = await this.programs.of('update', () => updateGraph(config, optimizer, this.provider));
    const feeds = { ...this.state.slots, ...sums, ...this.scalars(rate) };
    const { results, written } = await run(program, feeds, this.state.outputs);
    this.state.advance(written);
    const kept = reusable(sums);
    this.sums = this.provider === 'cpu' ? [kept, spare] : undefined;
    return { loss: total, gradientNorm: results.norm[0], losses };
  }

  score(batch: Batch): Promise<Score> {
    return this.withinMemory('while text was scored', [], () => this.scoreAll(batch));
  }

  private async scoreAll(batch: Batch): Promise<Score> {
    await this.onDevice();
    const { config } = this.settings;
    const places = scoredPlaces(batch);
    const hits = new Uint8Array(batch.weights.length);
    if (places.length === 0) return { losses: new Float32Array(batch.weights.length), hits };
    const program = await this.programs.of('score', () => scoreGraph(config, this.provider));
    const results = await program.session.run({ ...this.state.weights, ...batchFeeds(batch, places) });
    const found = results[program.graph.results.losses].data as Float32Array;
    const best = results[program.graph.results.best].data as BigInt64Array;
    places.forEach((place, i) => (hits[place] = Number(Number(best[i]) === batch.targets[place])));
    return { losses: spread(batch, places, found), hits };
  }

  /** Packs the weights as they are now, so many prompts in one call are best. Throws if one leaves no room to answer. */
  generate(prompts: readonly Int32Array[], options: GenerateOptions): Promise<Int32Array[]> {
    return this.withinMemory('while answers were generated', [], () => this.answer(prompts, options));
  }

  private async answer(prompts: readonly Int32Array[], options: GenerateOptions): Promise<Int32Array[]> {
    const { config, device } = this.settings;
    const { threads } = device;
    const answerer = await OnnxAnswerer.open({ config, weights: await this.state.weightsHere(), threads });
    try {
      return await answerer.generate(prompts, options);
    } finally {
      await answerer.close();
    }
  }

  async resetOptimizer(): Promise<void> {
    this.state.resetOptimizer();
  }

  save(folder: string, options: { optimizer: boolean }): Promise<void> {
    return this.state.save(folder, options);
  }

  restore(folder: string): Promise<void> {
    return this.state.restore(folder);
  }

  async close(): Promise<void> {
    await this.programs.forget();
    await this.transfer?.close();
  }

  /** Weights and moments are as they were if memory runs out, and graphs hold none. @throws OutOfMemory */
  private async withinMemory<Result>(
    work: Work,
    batches: readonly Batch[],
    compute: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await compute();
    } catch (error) {
      const shortage = shortageOf(error);
      if (!shortage) throw error;
      if (shortage === 'short') await this.programs.forget();
      const demand = batches.length > 0 ? demandOf(this.settings, batches) : undefined;
      throw outOfMemory(error, shortage, { work, provider: this.provider, demand });
    }
  }

  private scalars(rate: number): Tensors {
    const values = { rate, ...corrections(this.settings.optimizer, this.state.steps + 1) };
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, new Tensor('float32', Float32Array.of(value), [])]),
    );
  }

  /** Weights are moved to the device once, before they are first computed with. */
  private onDevice(): Promise<void> {
    this.moved ??= this.state.moveToDevice().catch((error: unknown) => {
      this.moved = undefined;
      throw error;
    });
    return this.moved;
  }

  /** Two sets of sums, or one where results bring memory of their own. */
  private noSums(): [Tensors, Tensors] {
    const { config } = this.settings;
    return [zeroSums(config), this.provider === 'cpu' ? zeroSums(config) : {}];
  }
}

/** Values of the scored places, put where they belong: [rows × length]. */
function spread(batch: Batch, places: Int32Array, values: Float32Array): Float32Array {
  const all = new Float32Array(batch.weights.length);
  places.forEach((place, i) => (all[place] = values[i]));
  return all;
}

function zeroSums(config: ModelConfig): Tensors {
  const sums = trainedParameters(config).map(({ name, shape }) => [
    gradientOf(name),
    new Tensor('float32', new Float32Array(sizeOf(shape)), shape),
  ]);
  return Object.fromEntries(sums);
}
