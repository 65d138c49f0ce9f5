/** The estimate of memory against what the processes say that they held, once the system takes back what they free. */
import assert from 'node:assert/strict';
import type { Batch } from '../../src/engine/learner';
import { TorchLearner } from '../../src/engine/torch/learner';
import { torchMemory } from '../../src/engine/torch/memory';
import { llamaBlock, type ModelConfig } from '../../src/model/config';
import { writeModel } from '../../src/model/folder';
import { initialize } from '../../src/model/parameters';
import { presets } from '../../src/model/presets';
import { newFolder, torchSettings } from './support';

/** 4.8 M parameters. */
const config: ModelConfig = {
  ...{ family: 'llama', ...presets.micro, vocabSize: 2048, maxPositions: 256, ropeTheta: 10000, normEpsilon: 1e-5 },
  ...{ tiedEmbeddings: true, bosToken: 1, eosToken: 2, padToken: 0, stopTokens: [2], block: llamaBlock },
};
const length = 128;
const threshold = process.env.MALLOC_MMAP_THRESHOLD_;

describe('the memory that the torch learner takes', () => {
  const folder = newFolder();
  before(() => writeModel(folder, config, initialize(config, 1)));
  beforeEach(() => void (process.env.MALLOC_MMAP_THRESHOLD_ = '65536'));
  afterEach(() => {
    if (threshold === undefined) delete process.env.MALLOC_MMAP_THRESHOLD_;
    else process.env.MALLOC_MMAP_THRESHOLD_ = threshold;
  });

  for (const { processes, rows, recompute } of [
    { processes: 1, rows: 8, recompute: true },
    { processes: 2, rows: 8, recompute: false },
  ])
    it(`is as estimated in ${processes === 1 ? 'one process' : 'two'}, ${recompute ? 'computing blocks again' : 'keeping activations'}`, async () => {
      const learner = await TorchLearner.open({
        ...torchSettings({ folder, config }),
        processes,
        recompute,
        threads: 2,
      });
      const batch = rowsOf(rows * processes);
      let memory = 0;
      for (let step = 0; step < 2; step++) memory = (await learner.step([batch, batch], 1e-4)).memory!;
      await learner.close();
      const load = { places: rows * length, processes, precision: 'fp32', recompute, accumulated: true } as const;
      const { total } = torchMemory(config, load);
      assert.ok(Math.abs(memory / total - 1) < 0.12, `${memory} measured, ${total} estimated`);
    });
});

/** Every place of it weighs something. */
function rowsOf(rows: number): Batch {
  const size = rows * length;
  const each = (value: (place: number) => number) => Int32Array.from({ length: size }, (_, place) => value(place));
  return {
    ...{ rows, length, exampleCount: rows },
    tokens: each((place) => place % config.vocabSize),
    targets: each((place) => (place + 1) % config.vocabSize),
    positions: each((place) => place % length),
    examples: each((place) => Math.floor(place / length)),
    weights: new Float32Array(size).fill(1 / size),
  };
}
