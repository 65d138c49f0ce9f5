/** What the tests of the torch learner share: its processes, models small enough for both engines, and batches. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Batch } from '../../src/engine/learner';
import { processor } from '../../src/engine/onnx/device';
import { OnnxLearner } from '../../src/engine/onnx/learner';
import { torchPython } from '../../src/engine/torch/environment';
import { TorchLearner, type TorchSettings } from '../../src/engine/torch/learner';
import type { ProcessSettings } from '../../src/engine/torch/process';
import { adapt } from '../../src/model/adapt';
import type { ModelConfig } from '../../src/model/config';
import { readModel, writeModel } from '../../src/model/folder';
import { initializeAdapters } from '../../src/model/parameters';
import { readAll } from '../../src/model/weights';
import { adam, type Example, pack, Random } from '../unit/engine/support';

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that is gone after the tests. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pit-torch-test-'));
  folders.push(folder);
  return folder;
}

export function processSettings(changes: Partial<ProcessSettings> = {}): ProcessSettings {
  return { python: torchPython(), processes: 1, device: 'cpu', threads: 1, patience: 120, log: () => {}, ...changes };
}

/** Which rank a process is; undefined for what is none. */
export function rankOf(pid: number): number | undefined {
  const rank = /(?:^|\0)RANK=(\d+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
  return rank === undefined ? undefined : Number(rank);
}

/** A model that both engines start from, with what belongs to adapters if they are trained. */
export interface Model {
  folder: string;
  adapters?: string;
  config: ModelConfig;
}

export async function modelOf(fixture: string, rank?: number): Promise<Model> {
  const folder = resolve(__dirname, '../fixtures/model', fixture);
  const { config: base } = await readModel(folder);
  if (rank === undefined) return { folder, config: base };
  const config = adapt(base, { rank, alpha: 2 * rank, base: folder });
  const adapters = newFolder();
  await writeModel(adapters, config, initializeAdapters(config, 5));
  return { folder, adapters, config };
}

/** The folder from which a learner can begin once more. */
export const beginningOf = ({ folder, adapters }: Model): string => adapters ?? folder;

export function torchSettings({ folder, adapters, config }: Model): TorchSettings {
  return {
    ...processSettings(),
    ...{ facts: config, model: folder, adapters, optimizer: adam, precision: 'fp32', reason: '' },
    ...{ recompute: false, compile: false, attention: 'auto' },
  };
}

export const openTorch = (model: Model, processes: number): Promise<TorchLearner> =>
  TorchLearner.open({ ...torchSettings(model), processes });

export async function openOnnx({ folder, adapters, config }: Model): Promise<OnnxLearner> {
  const { weights } = await readModel(adapters ?? folder);
  return new OnnxLearner({ config, weights: await readAll(config, weights), optimizer: adam, device: processor(1) });
}

/** Effective batches of six examples, whose weights add up to 1. */
export function randomSteps(count: number, config: ModelConfig, seed: number): Example[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 6 }, () => {
      const length = random.whole(4, 15);
      const first = random.whole(0, length - 3);
      const counted = length - 1 - first;
      const weights = Array.from({ length: length - 1 }, (_, place) => (place < first ? 0 : 1 / (6 * counted)));
      return { tokens: random.tokens(length, config), weights };
    }),
  );
}

/** The same examples in as many ways as there are to lay them out; none may change a number. */
export const layouts: Record<string, (examples: readonly Example[]) => Batch[]> = {
  'one example a row': (examples) => [
    pack(
      examples.map((example) => [example]),
      16,
    ),
  ],
  packed: ([a, b, c, d, e, f]) => [pack([[a, b], [c, d, e], [f]], 48)],
  'packed, in micro-batches': ([a, b, c, d, e, f]) => [pack([[a, b]], 32), pack([[c, d], [e]], 32), pack([[f]], 16)],
};
