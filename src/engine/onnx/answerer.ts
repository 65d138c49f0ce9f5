/**
 * A model that only answers: its weights are packed once and kept, without the moments and the second set of weights
 * that training needs.
 */
import type { InferenceSession } from 'onnxruntime-node';
import type { ModelConfig } from '../../model/config';
import type { Model } from '../../model/folder';
import { parametersOf } from '../../model/parameters';
import { readAll } from '../../model/weights';
import type { Answerer, DeviceReport, GenerateOptions } from '../learner';
import { answerTogether } from '../together';
import { deviceReport, processor } from './device';
import { Generation, generationGraph } from './generation';
import { mappedWeights } from './mapped';
import { openSession } from './session';

export interface AnswererSettings {
  config: ModelConfig;
  /** Values of `parametersOf(config)` by name; not needed any more once it is open. */
  weights: ReadonlyMap<string, Float32Array>;
  /** Processor threads; 0 for one a core. */
  threads: number;
}

export class OnnxAnswerer implements Answerer {
  private constructor(
    readonly config: ModelConfig,
    private readonly session: InferenceSession,
    private readonly generation: Generation,
    private readonly threads: number,
  ) {}

  static async open({ config, weights, threads }: AnswererSettings): Promise<OnnxAnswerer> {
    const graph = generationGraph(config);
    const session = await openSession(graph.bytes, { threads, files: weights });
    return new OnnxAnswerer(config, session, new Generation(session, graph, config), threads);
  }

  /** With the weights of a model's files, mapped where they lie as they are needed. @throws UserError where they are unsound */
  static async openFiles(model: Model, threads: number): Promise<OnnxAnswerer> {
    const { config, weights } = model;
    const mapped = await mappedWeights(model);
    if (!mapped) return OnnxAnswerer.open({ config, weights: await readAll(config, weights), threads });
    // Nothing but a look at every number tells a broken model.
    for (const { name } of parametersOf(config)) await weights.read(name);
    const graph = generationGraph(config, (name) => mapped.places.get(name)!);
    const session = await openSession(graph.bytes, { threads, folder: mapped.folder });
    return new OnnxAnswerer(config, session, new Generation(session, graph, config), threads);
  }

  get report(): DeviceReport {
    return deviceReport(processor(this.threads));
  }

  /** Throws if a prompt leaves no room to answer. */
  async generate(prompts: readonly Int32Array[], options: GenerateOptions): Promise<Int32Array[]> {
    const tooLong = prompts.find(({ length }) => length >= this.config.maxPositions);
    if (tooLong)
      throw new Error(`A prompt of ${tooLong.length} tokens fills all ${this.config.maxPositions} positions`);
    const { batch, answered } = options;
    return answerTogether(prompts, batch, (some) => this.generation.run(some, options), answered);
  }

  close(): Promise<void> {
    return this.session.release();
  }
}
