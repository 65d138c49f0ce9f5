/** The estimate of memory against processes that really train, and what is said where it does not fit. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { memoryOf } from '../../../src/engine/onnx/memory';
import type { ModelConfig } from '../../../src/model/config';
import { presetConfig } from '../../../src/model/presets';
import type { Gpu } from '../../../src/engine/gpus';
import { machineMemory } from '../../../src/engine/machine';
import { type Experiment, experimentSchema } from '../../../src/schedule/experiment';
import { keepingMemory } from '../../../src/trainer/allocator';
import { batchSize, demandOf, memoryComplaint } from '../../../src/trainer/memory';
import { gpusFor, type Room, roomAmong } from '../../../src/trainer/room';

const tokens = { vocabSize: 2048, bos: 1, eos: 2, pad: 0 };
const micro = presetConfig('micro', tokens);
const mini = presetConfig('mini', tokens);
const lora = {
  rank: 16,
  alpha: 32,
  targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'up_proj', 'down_proj'],
  base: '',
};

const deep = { ...micro, layers: 12 };

const shapes: [title: string, config: ModelConfig, rows: number, length: number, how?: 'recompute'][] = [
  ['micro on many short rows', micro, 64, 64],
  ['mini with adapters, computed again', { ...mini, lora }, 8, 128, 'recompute'],
  ['twelve layers, computed again', deep, 16, 128, 'recompute'],
];

describe('the memory that training takes', () => {
  for (const [title, config, rows, length, how] of shapes)
    it(`is estimated to 15 %: ${title}`, () => {
      const words = [
        '--import',
        'tsx',
        join(__dirname, 'peak.ts'),
        JSON.stringify(config),
        String(rows),
        String(length),
        ...(how ? [how] : []),
      ];
      const measured = Number(execFileSync(process.execPath, words, { encoding: 'utf8', env: keepingMemory() }));
      const { total } = memoryOf(config, {
        places: rows * length,
        length,
        accumulated: false,
        recompute: how !== undefined,
      });
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
  const here = (bytes: number): Room => ({ where: 'this machine', bytes, isGpu: false });

  it('is computed in micro-batches of the longest examples', () => {
    const longest = [59, 58, 57, 56].reduce((sum, each) => sum + 4 * each, 0);
    assert.deepEqual(
      batchSize(experiment({ documents: { batch: 16 }, questions: { batch: 4 }, mixed: { batch: 4 } }), places),
      {
        places: longest,
        length: 89,
        accumulated: false,
        recompute: false,
      },
    );
    const small = batchSize(experiment({ microBatch: 600 }), places);
    assert.deepEqual([small.places, small.accumulated], [600, true]);
  });

  it('passes where there is room, warns where little is left and is refused where there is too little', () => {
    const { total } = memoryOf(mini, batchSize(experiment(), places));
    const said = (memory: number) => memoryComplaint(experiment(), mini, places, here(memory))?.severity;
    assert.deepEqual([said(2 * total), said(1.1 * total), said(0.9 * total)], [undefined, 'warning', 'error']);
  });

  it('is told what would make it fit, and only that', () => {
    const said = (memory: number, training = {}) =>
      memoryComplaint(experiment(training), mini, places, here(memory))!.message;
    assert.match(
      said(1.3e9),
      /^Training takes about [\d.]+ GB of memory \(weights 0\.06, training 0\.24, activations [\d.]+, logits [\d.]+\), and this machine has 1\.30 GB: with "training\.microBatch" 256 it takes [\d.]+ GB; with "training\.recompute" true it takes [\d.]+ GB\.$/,
    );
    assert.doesNotMatch(said(0.7e9, { recompute: true }), /training\.recompute/);
    assert.match(said(1e8), /would not be enough\.$/);
  });

  it('is told of several changes together only where one alone is not enough', () => {
    const needs = (training: object) => memoryOf(mini, batchSize(experiment(training), places)).total;
    const one = Math.min(needs({ microBatch: 256 }), needs({ recompute: true }));
    const both = needs({ microBatch: 256, recompute: true });
    assert.ok(both < one);
    const { message } = memoryComplaint(experiment(), mini, places, here((both + one) / 2 / 0.85))!;
    assert.match(message, /: with "training\.microBatch" 256 and "training\.recompute" true it takes [\d.]+ GB/);
    assert.doesNotMatch(message, /with "training\.[^"]+" \S+ it takes/);
  });

  it('may have a million examples', () => {
    const many = new Array<number>(1_000_000).fill(60);
    assert.match(memoryComplaint(experiment(), mini, many, here(1e9))!.message, /^Training takes about /);
  });

  it('is held against the memory of the GPU that trains, where that is known', () => {
    const on = (device: Experiment['device'], bytes?: number) =>
      memoryComplaint({ ...experiment(), device }, mini, places, { where: 'A GPU', bytes, isGpu: true });
    const { total } = demandOf({ ...experiment(), device: 'webgpu' }, mini, places);
    assert.equal(on('webgpu', 2 * total), undefined);
    assert.equal(on('webgpu', 0.9 * total)?.severity, 'error');
    assert.equal(on('auto', 0.9 * total)?.severity, 'warning');
    assert.match(on('webgpu', 1e9)!.message, /, and A GPU has 1\.00 GB/);
    assert.equal(on('webgpu'), undefined);
    const many = experiment({ microBatch: 1e6, mixed: { batch: 4000 } });
    const unknown = memoryComplaint({ ...many, device: 'webgpu' }, mini, new Array<number>(4000).fill(60), {
      where: 'the GPU',
      isGpu: true,
    });
    assert.equal(unknown?.severity, 'warning');
    assert.match(unknown!.message, /\); how much the GPU has is not known\.$/);
  });

  it('takes less of a GPU that gives all but gradients back', () => {
    const on = (device: Experiment['device']) => demandOf({ ...experiment(), device }, mini, places).training;
    assert.ok(on('cuda') < on('webgpu'));
    assert.ok(on('webgpu') < on('cpu'));
  });
});

describe('the memory that there is', () => {
  const gpu = (name: string, more: Partial<Gpu> = {}): Gpu => ({ name, isShared: false, isNvidia: false, ...more });
  const room = (device: Experiment['device'], ...gpus: Gpu[]) => roomAmong({ device }, gpus);

  it("is the machine's for the processor, where nobody is asked for GPUs", async () => {
    const { where, bytes } = room('cpu', gpu('idle', { memory: 4e9 }));
    assert.deepEqual([where, bytes], ['this machine', machineMemory()]);
    assert.deepEqual(await gpusFor({ device: 'cpu' }), []);
  });

  it('is that of the largest GPU, for CUDA of one of NVIDIA', () => {
    const [small, large] = [gpu('small', { memory: 4e9, isNvidia: true }), gpu('large', { memory: 8e9 })];
    assert.deepEqual(room('webgpu', small, large), { where: 'large', bytes: 8e9, isGpu: true });
    assert.deepEqual(room('auto', small, large), { where: 'large', bytes: 8e9, isGpu: true });
    assert.deepEqual(room('cuda', small, large), { where: 'small', bytes: 4e9, isGpu: true });
  });

  it('is the machine’s where a GPU shares it, and unknown where nothing tells', () => {
    assert.equal(room('webgpu', gpu('inside', { isShared: true })).bytes, machineMemory());
    assert.deepEqual(room('webgpu', gpu('silent')), { where: 'silent', bytes: undefined, isGpu: true });
    assert.deepEqual(room('webgpu'), { where: 'the GPU', isGpu: true });
    assert.equal(room('auto').where, 'this machine');
  });
});
