/** The estimate of memory against processes that really train, and what is said where it does not fit. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { memoryOf } from '../../../src/engine/onnx/memory';
import type { ModelConfig } from '../../../src/model/config';
import { presetConfig } from '../../../src/model/presets';
import { experimentSchema } from '../../../src/schedule/experiment';
import { batchSize, demandOf, fitOf, memoryComplaint, mostDemandOf } from '../../../src/trainer/memory';

const tokens = { vocabSize: 2048, bos: 1, eos: 2, pad: 0 };
const micro = presetConfig('micro', tokens);
const mini = presetConfig('mini', tokens);
const lora = {
  rank: 16,
  alpha: 32,
  targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'up_proj', 'down_proj'],
  base: '',
};

const shapes: [title: string, config: ModelConfig, rows: number, length: number][] = [
  ['micro on many short rows', micro, 64, 64],
  ['micro on few long rows', micro, 4, 512],
  ['mini', mini, 8, 128],
  ['mini with adapters', { ...mini, lora }, 8, 128],
];

describe('the memory that training takes', () => {
  for (const [title, config, rows, length] of shapes)
    it(`is estimated to 15 %: ${title}`, () => {
      const words = [
        '--import',
        'tsx',
        join(__dirname, 'peak.ts'),
        JSON.stringify(config),
        String(rows),
        String(length),
      ];
      const measured = Number(execFileSync(process.execPath, words, { encoding: 'utf8' }));
      const { total } = memoryOf(config, { places: rows * length, length, accumulated: false });
      assert.ok(Math.abs(total / measured - 1) < 0.15, `${total / 1e6} MB estimated, ${measured / 1e6} MB measured`);
    });
});

describe('an experiment that may not fit', () => {
  const experiment = (training: object = {}) =>
    experimentSchema.parse({
      model: 'folder',
      data: 'data',
      recipes: ['pit'],
      training: { documents: { batch: 64 }, questions: { batch: 64 }, mixed: { batch: 64 }, ...training },
    });
  const places = Array.from({ length: 200 }, (_, i) => 10 + (i % 50));
  const small = memoryOf(mini, { places: 100, length: 60, accumulated: true });

  it('is computed in micro-batches of the longest examples', () => {
    const longest = [59, 58, 57, 56].reduce((sum, each) => sum + 4 * each, 0);
    assert.deepEqual(
      batchSize(experiment({ documents: { batch: 16 }, questions: { batch: 4 }, mixed: { batch: 4 } }), places),
      {
        places: longest,
        length: 89,
        accumulated: false,
      },
    );
    const small = batchSize(experiment({ microBatch: 600 }), places);
    assert.deepEqual([small.places, small.accumulated], [600, true]);
  });

  it('passes where there is room, warns where little is left and is refused where there is too little', () => {
    const { total } = memoryOf(mini, batchSize(experiment(), places));
    const said = (memory: number) => memoryComplaint(experiment(), mini, places, memory)?.severity;
    assert.deepEqual([said(2 * total), said(1.1 * total), said(0.9 * total)], [undefined, 'warning', 'error']);
  });

  it('is told what would make it fit, and only that', () => {
    const sentence = memoryComplaint(experiment(), mini, places, 1.3e9)!.message;
    assert.match(
      sentence,
      /^Training takes about [\d.]+ GB of memory \(weights 0\.06, training 0\.24, activations [\d.]+, logits [\d.]+\), and this machine has 1\.30 GB: with "training\.microBatch" 256 it takes [\d.]+ GB; with both it takes [\d.]+ GB\.$/,
    );
    assert.match(memoryComplaint(experiment(), mini, places, 1e8)!.message, /would not be enough\.$/);
  });

  it('takes no more than what is told without its data, and that of the longest examples exactly', () => {
    const most = mostDemandOf(experiment({ sequence: 60 }), mini).total;
    assert.ok(most > demandOf(experiment(), mini, places).total);
    assert.equal(most, demandOf(experiment(), mini, Array<number>(64).fill(60)).total);
    assert.equal(mostDemandOf(experiment({ sequence: 1e6, row: 60, microBatch: 100 }), mini).total, small.total);
  });

  it('fits, may not fit, or does not even with the smallest batch', () => {
    const said = [2 * small.total, small.total, small.weights + small.training - 1].map((has) => fitOf(small, has));
    assert.deepEqual(said, ['fits', 'may not fit', 'does not fit']);
  });

  it('may have a million examples', () => {
    const many = new Array<number>(1_000_000).fill(60);
    assert.match(memoryComplaint(experiment(), mini, many, 1e9)!.message, /^Training takes about /);
  });

  it('is not judged where a GPU trains', () => {
    assert.equal(memoryComplaint({ ...experiment(), device: 'webgpu' }, mini, places, 1), undefined);
  });
});
