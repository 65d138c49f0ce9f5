/**
 * The embedded learner: ONNX Runtime inside this process, on the processor or on a GPU. It builds each graph the first
 * time it is needed; a graph serves batches of every shape, so there is one of each kind.
 */
import type { ModelConfig } from '../../model/config';
import { countParameters } from '../../model/parameters';
import type { Batch, DeviceReport, GenerateOptions, Learner, OptimizerSettings, Score, StepResult } from '../learner';
import { shortageOf } from '../out-of-memory';
import { OnnxAnswerer } from './answerer';
import { batchFeeds, scoredPlaces } from './batch-inputs';
import { type Device, deviceReport } from './device';
import type { Provider } from './graph';
import { gradientGraph, scoreGraph } from './graphs';
import { Optimizer } from './optimizer';
import { Programs, run } from './programs';
import { keepsTensors } from './providers';
import { demandOf, outOfMemory, type Work } from './shortage';
import { release, type Tensors, TrainingState } from './state';
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
  private readonly optimizer: Optimizer;
  private moved?: Promise<void>;

  constructor(private readonly settings: OnnxSettings) {
    this.provider = settings.device.provider;
    this.programs = new Programs(settings.device);
    this.optimizer = new Optimizer(settings.config, settings.optimizer, this.programs);
    this.transfer = keepsTensors(this.provider) ? new Transfer(settings.device.threads) : undefined;
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
      return this.stepOver(batches, rate);
    });
  }

  /** Gradients of one micro-batch after another are added up, then applied. */
  private async stepOver(batches: readonly Batch[], rate: number): Promise<StepResult> {
    let gradients = batches.length > 1 ? this.state.noGradients() : undefined;
    const losses: Float32Array[] = [];
    let [loss, norm] = [0, 0];
    for (const batch of batches) {
      const places = scoredPlaces(batch);
      const { results, written } = await this.differentiate(batch, places, gradients);
      loss += results.loss[0];
      norm = results.norm[0];
      losses.push(spread(batch, places, results.terms));
      gradients = written;
    }
    if (gradients) await this.optimizer.step(this.state, gradients, { rate, norm });
    return { loss, gradientNorm: norm, losses };
  }

  private async differentiate(batch: Batch, places: Int32Array, sums?: Tensors) {
    const { config, recompute } = this.settings;
    const options = { provider: this.provider, recompute, adds: sums !== undefined };
    const program = await this.programs.of(sums ? 'added gradient' : 'gradient', () => gradientGraph(config, options));
    const feeds = { ...this.state.weights, ...sums, ...batchFeeds(batch, places) };
    const found = await run(program, feeds, this.state.gradients);
    if (sums) release(sums);
    return found;
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

  /** Weights are moved to the device once, before they are first computed with. */
  private onDevice(): Promise<void> {
    this.moved ??= this.state.moveToDevice().catch((error: unknown) => {
      this.moved = undefined;
      throw error;
    });
    return this.moved;
  }
}

/** Values of the scored places, put where they belong: [rows × length]. */
function spread(batch: Batch, places: Int32Array, values: Float32Array): Float32Array {
  const all = new Float32Array(batch.weights.length);
  places.forEach((place, i) => (all[place] = values[i]));
  return all;
}
