/** A model in the processes of the torch learner. What it computes with stands in `python/pit_learner`. */
import type { ModelFacts } from '../../model/facts';
import type { Batch, DeviceReport, GenerateOptions, Learner, OptimizerSettings, Score, StepResult } from '../learner';
import { answerTogether } from '../together';
import { decodeBytes, decodeFloats, decodeIntegers, encode, encodeBatch } from './arrays';
import type { Chosen } from './device';
import { type ProcessSettings, TorchProcess } from './process';
import { type Attention, type Hello, type Opened, protocolVersion } from './protocol';

export interface TorchSettings extends Chosen, ProcessSettings {
  facts: ModelFacts;
  /** Folder of the model, read by the processes themselves. */
  model: string;
  /** Folder of adapters that are trained in place of the model's weights. */
  adapters?: string;
  optimizer: OptimizerSettings;
  recompute: boolean;
  compile: boolean;
  attention: 'auto' | Attention;
}

export class TorchLearner implements Learner {
  readonly config: ModelFacts;
  readonly parameters: number;
  readonly processes: number;
  readonly report: DeviceReport;

  /** Starts the processes and lets them open the model. @throws UserError where they can't */
  static async open(settings: TorchSettings): Promise<TorchLearner> {
    const { model, adapters, optimizer, precision, recompute, compile, attention } = settings;
    const options = { optimizer, precision, recompute, compile, attention };
    const { processes, hello } = await TorchProcess.start(settings);
    try {
      const opened = await processes.call('open', { protocol: protocolVersion, model, adapters, ...options });
      return new TorchLearner(processes, settings, hello, opened);
    } catch (error) {
      await processes.close();
      throw error;
    }
  }

  private constructor(
    private readonly torch: TorchProcess,
    settings: TorchSettings,
    hello: Hello,
    opened: Opened,
  ) {
    this.config = settings.facts;
    this.parameters = opened.parameters;
    this.processes = hello.world;
    this.report = {
      engine: 'torch',
      version: hello.torch,
      device: `${nameOf(hello)}, ${settings.precision}`,
      reason: `${settings.reason}; ${opened.attention} attention: ${opened.reason}`,
    };
  }

  async step(batches: readonly Batch[], rate: number): Promise<StepResult> {
    const { loss, gradientNorm, losses, memory } = await this.torch.call('step', {
      batches: batches.map(encodeBatch),
      rate,
    });
    return { loss: loss ?? NaN, gradientNorm: gradientNorm ?? NaN, losses: losses.map(decodeFloats), memory };
  }

  async score(batch: Batch): Promise<Score> {
    const { losses, hits } = await this.torch.call('score', { batch: encodeBatch(batch) });
    return { losses: decodeFloats(losses), hits: decodeBytes(hits) };
  }

  /** A batch for each process in a call, so that the work may end in between. */
  generate(prompts: readonly Int32Array[], options: GenerateOptions): Promise<Int32Array[]> {
    const { maxTokens, batch, stopTokens, answered } = options;
    const answer = async (some: readonly Int32Array[]) => {
      const asks = { prompts: some.map(encode), maxTokens, batch, stopTokens: [...stopTokens] };
      return (await this.torch.call('generate', asks)).answers.map(decodeIntegers);
    };
    return answerTogether(prompts, batch * this.processes, answer, answered);
  }

  async resetOptimizer(): Promise<void> {
    await this.torch.call('reset', {});
  }

  async save(folder: string, { optimizer }: { optimizer: boolean }): Promise<void> {
    await this.torch.call('save', { folder, optimizer });
  }

  async restore(folder: string): Promise<void> {
    await this.torch.call('restore', { folder });
  }

  close(): Promise<void> {
    return this.torch.close();
  }
}

/** `2 processes, cpu`, `NVIDIA H100`, `8 × NVIDIA H100`. */
function nameOf({ world, device, devices }: Hello): string {
  if (device === 'cpu') return `${world} process${world === 1 ? '' : 'es'}, cpu`;
  const kinds = [...new Set(devices)].join(' and ');
  return world === 1 ? kinds : `${world} × ${kinds}`;
}
