/**
 * The embedded learner: ONNX Runtime inside this process, on the processor or on a GPU through WebGPU. It builds each graph the first time it is
 * needed; a graph serves batches of every shape, so there is one of each kind.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelConfig } from '../../model/config';
import { countParameters, sizeOf, trainedParameters } from '../../model/parameters';
import type { Batch, DeviceReport, GenerateOptions, Learner, OptimizerSettings, Score, StepResult } from '../learner';
import { corrections } from './adamw';
import { OnnxAnswerer } from './answerer';
import { batchFeeds, scoredPlaces } from './batch-inputs';
import { type Device, deviceReport } from './device';
import type { Provider } from './graph';
import {
  type Compiled,
  firstOf,
  gradientGraph,
  gradientOf,
  scoreGraph,
  secondOf,
  stepGraph,
  updateGraph,
} from './graphs';
import { openSession } from './session';
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

interface Program<Graph> {
  graph: Graph;
  session: InferenceSession;
  /** Results that belong to a weight: the input that takes them next time, by the result's name. */
  slots: ReadonlyMap<string, string>;
}

export class OnnxLearner implements Learner {
  readonly processes = 1;
  readonly parameters: number;
  readonly report: DeviceReport;
  private readonly state: TrainingState;
  private readonly provider: Provider;
  private readonly transfer?: Transfer;
  private readonly programs = new Map<string, Promise<Program<unknown>>>();
  private sums: [Tensors, Tensors] | undefined;
  private moved?: Promise<void>;

  constructor(private readonly settings: OnnxSettings) {
    this.provider = settings.device.provider;
    this.transfer = this.provider === 'cpu' ? undefined : new Transfer(settings.device.threads);
    this.state = new TrainingState(settings.config, settings.weights, this.transfer);
    this.parameters = countParameters(settings.config);
    this.report = deviceReport(settings.device);
  }

  get config(): ModelConfig {
    return this.settings.config;
  }

  async step(batches: readonly Batch[], rate: number): Promise<StepResult> {
    await this.onDevice();
    return batches.length === 1 ? this.stepAtOnce(batches[0], rate) : this.stepAccumulated(batches, rate);
  }

  private async stepAtOnce(batch: Batch, rate: number): Promise<StepResult> {
    const { config, optimizer, recompute } = this.settings;
    const program = await this.program('step', () =>
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
      const program = await this.program('gradient', () =>
        gradientGraph(config, { provider: this.provider, recompute }),
      );
      const places = scoredPlaces(batch);
      const feeds = { ...this.state.weights, ...sums, ...batchFeeds(batch, places) };
      const { results, written } = await run(program, feeds, spare);
      total += results.loss[0];
      losses.push(spread(batch, places, results.terms));
      [sums, spare] = [written, reusable(sums)];
    }
    const program = await this.program('update', () => updateGraph(config, optimizer, this.provider));
    const feeds = { ...this.state.slots, ...sums, ...this.scalars(rate) };
    const { results, written } = await run(program, feeds, this.state.outputs);
    this.state.advance(written);
    const kept = reusable(sums);
    this.sums = this.provider === 'cpu' ? [kept, spare] : undefined;
    return { loss: total, gradientNorm: results.norm[0], losses };
  }

  async score(batch: Batch): Promise<Score> {
    await this.onDevice();
    const { config } = this.settings;
    const places = scoredPlaces(batch);
    const hits = new Uint8Array(batch.weights.length);
    if (places.length === 0) return { losses: new Float32Array(batch.weights.length), hits };
    const program = await this.program('score', () => scoreGraph(config, this.provider));
    const results = await program.session.run({ ...this.state.weights, ...batchFeeds(batch, places) });
    const found = results[program.graph.results.losses].data as Float32Array;
    const best = results[program.graph.results.best].data as BigInt64Array;
    places.forEach((place, i) => (hits[place] = Number(Number(best[i]) === batch.targets[place])));
    return { losses: spread(batch, places, found), hits };
  }

  /** Packs the weights as they are now, so many prompts in one call are best. Throws if one leaves no room to answer. */
  async generate(prompts: readonly Int32Array[], options: GenerateOptions): Promise<Int32Array[]> {
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
    const programs = await Promise.all(this.programs.values());
    await Promise.all(programs.map(({ session }) => session.release()));
    this.programs.clear();
    await this.transfer?.close();
  }

  private scalars(rate: number): Tensors {
    const values = { rate, ...corrections(this.settings.optimizer, this.state.steps + 1) };
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, new Tensor('float32', Float32Array.of(value), [])]),
    );
  }

  /** Weights are moved to the device once, before they are first computed with. */
  private onDevice(): Promise<void> {
    this.moved ??= this.state.moveToDevice();
    return this.moved;
  }

  /** Two sets of sums, or one where results bring memory of their own. */
  private noSums(): [Tensors, Tensors] {
    const { config } = this.settings;
    return [zeroSums(config), this.provider === 'cpu' ? zeroSums(config) : {}];
  }

  private program<Graph extends Compiled<string>>(key: string, build: () => Graph): Promise<Program<Graph>> {
    const known = this.programs.get(key) as Promise<Program<Graph>> | undefined;
    if (known) return known;
    const made = this.compile(build());
    this.programs.set(key, made);
    return made;
  }

  private async compile<Graph extends Compiled<string>>(graph: Graph): Promise<Program<Graph>> {
    const { provider, threads } = this.settings.device;
    const slots = slotsOf(graph);
    const settings = { provider, threads, kept: [...slots.keys()], isUnplanned: true };
    return { graph, slots, session: await openSession(graph.bytes, settings) };
  }
}

const slotNames = { weight: (name: string) => name, first: firstOf, second: secondOf, gradient: gradientOf };

function slotsOf({ perWeight }: Compiled<string>): Map<string, string> {
  const kinds = Object.entries(perWeight) as [keyof typeof slotNames, Map<string, string>][];
  return new Map(
    kinds.flatMap(([kind, results]) => [...results].map(([weight, result]) => [result, slotNames[kind](weight)])),
  );
}

/**
 * Runs a program, into tensors where `outputs` has some; gives results for people, and what belongs to weights: these
 * tensors, for what ONNX Runtime's Node package gives is a copy.
 */
async function run<Results extends string>(
  { graph, session, slots }: Program<Compiled<Results>>,
  feeds: Tensors,
  outputs: Tensors,
): Promise<{ results: Record<Results, Float32Array>; written: Tensors }> {
  const named = Object.entries(graph.results) as [Results, string][];
  const fetches = [
    ...named.map(([, name]) => [name, null]),
    ...[...slots].map(([name, slot]) => [name, outputs[slot] ?? null]),
  ];
  const found = await session.run(feeds, Object.fromEntries(fetches));
  const values = named.map(([key, name]) => [key, found[name].data as Float32Array]);
  return {
    results: Object.fromEntries(values) as Record<Results, Float32Array>,
    written: Object.fromEntries([...slots].map(([name, slot]) => [slot, outputs[slot] ?? (found[name] as Tensor)])),
  };
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
