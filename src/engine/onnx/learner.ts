/**
 * The embedded learner: ONNX Runtime's CPU provider inside this process. It builds each graph the first time it is
 * needed; a graph serves batches of every shape, so there is one of each kind.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelConfig } from '../../model/config';
import { sizeOf, trainedParameters } from '../../model/parameters';
import type { Batch, DeviceReport, GenerateOptions, Learner, OptimizerSettings, Score, StepResult } from '../learner';
import { corrections } from './adamw';
import { OnnxAnswerer } from './answerer';
import { batchFeeds, scoredPlaces } from './batch-inputs';
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
import { deviceReport, openSession } from './session';
import { type Tensors, TrainingState } from './state';

export interface OnnxSettings {
  config: ModelConfig;
  /** Values of `parametersOf(config)` by name; taken over, not copied. */
  weights: ReadonlyMap<string, Float32Array>;
  optimizer: OptimizerSettings;
  /** Processor threads; 0 for one a core. */
  threads: number;
}

interface Program<Graph> {
  graph: Graph;
  session: InferenceSession;
}

export class OnnxLearner implements Learner {
  readonly report: DeviceReport;
  private readonly state: TrainingState;
  private readonly programs = new Map<string, Promise<Program<unknown>>>();
  private sums: [Tensors, Tensors] | undefined;

  constructor(private readonly settings: OnnxSettings) {
    this.state = new TrainingState(settings.config, settings.weights);
    this.report = deviceReport(settings.threads);
  }

  get config(): ModelConfig {
    return this.settings.config;
  }

  step(batches: readonly Batch[], rate: number): Promise<StepResult> {
    return batches.length === 1 ? this.stepAtOnce(batches[0], rate) : this.stepAccumulated(batches, rate);
  }

  private async stepAtOnce(batch: Batch, rate: number): Promise<StepResult> {
    const { config, optimizer } = this.settings;
    const program = await this.program('step', () => stepGraph(config, optimizer));
    const places = scoredPlaces(batch);
    const feeds = { ...this.state.inputs, ...batchFeeds(batch, places), ...this.scalars(rate) };
    const { loss, norm, terms } = await run(program, feeds, this.updated(program.graph));
    this.state.advance();
    return { loss: loss[0], gradientNorm: norm[0], losses: [spread(batch, places, terms)] };
  }

  /** Gradients of one micro-batch after another are added up in two sets of tensors in turn, then applied. */
  private async stepAccumulated(batches: readonly Batch[], rate: number): Promise<StepResult> {
    const { config, optimizer } = this.settings;
    this.sums ??= [zeroSums(config), zeroSums(config)];
    let [sums, spare] = this.sums;
    for (const tensor of Object.values(sums)) (tensor.data as Float32Array).fill(0);
    const losses: Float32Array[] = [];
    let total = 0;
    for (const batch of batches) {
      const program = await this.program('gradient', () => gradientGraph(config));
      const places = scoredPlaces(batch);
      const feeds = { ...this.state.weights, ...sums, ...batchFeeds(batch, places) };
      const outputs = [...program.graph.perWeight.gradient].map(([name, result]) => [result, spare[gradientOf(name)]]);
      const { loss, terms } = await run(program, feeds, Object.fromEntries(outputs));
      total += loss[0];
      losses.push(spread(batch, places, terms));
      [sums, spare] = [spare, sums];
    }
    const program = await this.program('update', () => updateGraph(config, optimizer));
    const feeds = { ...this.state.slots, ...sums, ...this.scalars(rate) };
    const { norm } = await run(program, feeds, this.updated(program.graph));
    this.state.advance();
    return { loss: total, gradientNorm: norm[0], losses };
  }

  async score(batch: Batch): Promise<Score> {
    const { config } = this.settings;
    const places = scoredPlaces(batch);
    const hits = new Uint8Array(batch.weights.length);
    if (places.length === 0) return { losses: new Float32Array(batch.weights.length), hits };
    const program = await this.program('score', () => scoreGraph(config));
    const results = await program.session.run({ ...this.state.weights, ...batchFeeds(batch, places) });
    const found = results[program.graph.results.losses].data as Float32Array;
    const best = results[program.graph.results.best].data as BigInt64Array;
    places.forEach((place, i) => (hits[place] = Number(Number(best[i]) === batch.targets[place])));
    return { losses: spread(batch, places, found), hits };
  }

  /** Packs the weights as they are now, so many prompts in one call are best. Throws if one leaves no room to answer. */
  async generate(prompts: readonly Int32Array[], options: GenerateOptions): Promise<Int32Array[]> {
    const { config, threads } = this.settings;
    const answerer = await OnnxAnswerer.open({ config, weights: this.state.weights, threads });
    try {
      return await answerer.generate(prompts, options);
    } finally {
      await answerer.close();
    }
  }

  resetOptimizer(): void {
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
  }

  private scalars(rate: number): Tensors {
    const values = { rate, ...corrections(this.settings.optimizer, this.state.steps + 1) };
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, new Tensor('float32', Float32Array.of(value), [])]),
    );
  }

  /** The spare state's tensors under the names of the graph's results. */
  private updated({ perWeight }: Compiled<string>): Tensors {
    const { outputs } = this.state;
    const under = (results: Map<string, string>, key: (name: string) => string) =>
      [...results].map(([name, result]) => [result, outputs[key(name)]]);
    return Object.fromEntries([
      ...under(perWeight.weight, (name) => name),
      ...under(perWeight.first, firstOf),
      ...under(perWeight.second, secondOf),
    ]);
  }

  private program<Graph extends { bytes: Uint8Array }>(key: string, build: () => Graph): Promise<Program<Graph>> {
    const known = this.programs.get(key) as Promise<Program<Graph>> | undefined;
    if (known) return known;
    const made = this.compile(build());
    this.programs.set(key, made);
    return made;
  }

  private async compile<Graph extends { bytes: Uint8Array }>(graph: Graph): Promise<Program<Graph>> {
    return { graph, session: await openSession(graph.bytes, this.settings.threads) };
  }
}

/** Runs a program into preallocated tensors; gives its other results by what they are. */
async function run<Results extends string>(
  { graph, session }: Program<Compiled<Results>>,
  feeds: Tensors,
  outputs: Tensors,
): Promise<Record<Results, Float32Array>> {
  const named = Object.entries(graph.results) as [Results, string][];
  const fetches = { ...Object.fromEntries(named.map(([, name]) => [name, null])), ...outputs };
  const results = await session.run(feeds, fetches);
  const values = named.map(([key, name]) => [key, results[name].data as Float32Array]);
  return Object.fromEntries(values) as Record<Results, Float32Array>;
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
