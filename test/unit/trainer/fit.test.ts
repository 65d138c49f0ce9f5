/** What a list of models says of memory, against the demand of examples that are all as long as they may be. */
import assert from 'node:assert/strict';
import type { Gpu } from '../../../src/engine/gpus';
import { machineMemory } from '../../../src/engine/machine';
import { presetConfig } from '../../../src/model/presets';
import { type Experiment, experimentSchema } from '../../../src/schedule/experiment';
import { outlookOf } from '../../../src/trainer/fit';
import { demandOf } from '../../../src/trainer/memory';
import { torchDemands } from '../../../src/trainer/torch-memory';

const mini = presetConfig('mini', { vocabSize: 2048, bos: 1, eos: 2, pad: 0 });

const experiment = (more: object = {}, training: object = {}): Experiment =>
  experimentSchema.parse({
    model: 'folder',
    data: 'data',
    recipes: ['pit'],
    training: { sequence: 60, documents: { batch: 16 }, questions: { batch: 8 }, mixed: { batch: 64 }, ...training },
    ...more,
  });

const gpu = (memory: number | undefined, more: Partial<Gpu> = {}): Gpu => ({
  ...{ name: `with ${memory}`, memory, isShared: false, isNvidia: true },
  ...more,
});

const sixty = (count: number) => Array<number>(count).fill(60);

describe('the outlook of a model', () => {
  it('is the demand of the longest examples', () => {
    const { memory } = outlookOf(experiment(), mini, [])!;
    assert.equal(memory, demandOf(experiment(), mini, sixty(64)).total);
    assert.ok(memory > demandOf(experiment(), mini, [...sixty(63), 40]).total);
    const staged = experiment({ recipes: undefined, stages: [{ parts: ['documents:train'], batch: 80 }] });
    assert.equal(outlookOf(staged, mini, [])!.memory, demandOf(staged, mini, sixty(80)).total);
  });

  it('is told at once, however many examples make a step', () => {
    const many = experiment({}, { mixed: { batch: 1e9 }, microBatch: 600 });
    assert.equal(
      outlookOf(many, mini, [])!.memory,
      demandOf(experiment({}, { microBatch: 600 }), mini, sixty(64)).total,
    );
  });

  it('on the processor is held against the memory of this machine, whatever GPUs it has', () => {
    assert.deepEqual(Object.keys(outlookOf(experiment(), mini, [gpu(1e6)])!), ['memory', 'fit']);
    const large = { ...mini, vocabSize: Math.ceil(machineMemory() / 1000) };
    assert.deepEqual(
      [mini, large].map((config) => outlookOf(experiment(), config, [])!.fit),
      ['fits', 'does not fit'],
    );
  });

  it('on a GPU fits, may not, or does not even with the smallest batch', () => {
    const onGpu = experiment({ device: 'webgpu' });
    const { total, weights, training } = demandOf(onGpu, mini, sixty(64));
    const said = [2 * total, total, weights + training - 1].map((bytes) => outlookOf(onGpu, mini, [gpu(bytes)])!);
    assert.deepEqual(
      said.map(({ fit }) => fit),
      ['fits', 'may not fit', 'does not fit'],
    );
    assert.deepEqual(said[0], { memory: total, fit: 'fits', where: `with ${2 * total}` });
    assert.deepEqual(outlookOf(onGpu, mini, [gpu(undefined)]), { memory: total, where: 'with undefined' });
  });

  it('of torch is that of each GPU, of which the smallest decides', () => {
    const torch = experiment({ engine: 'torch', device: 'cuda' });
    const two = { ...torch, torch: { ...torch.torch, processes: 2 } };
    const [{ demand }] = torchDemands(two, mini, sixty(64));
    const found = outlookOf(torch, mini, [gpu(1e12), gpu(1e6), gpu(1e3, { isNvidia: false })]);
    assert.deepEqual(found, { memory: demand.total, fit: 'does not fit', where: 'each of 2 GPUs' });
    assert.equal(outlookOf(torch, mini, [gpu(1e12)])!.where, 'with 1000000000000');
  });

  it('of torch on the processor is that of all its processes', () => {
    const torch = (processes: number) => experiment({ engine: 'torch', device: 'cpu', torch: { processes } });
    const [{ demand }] = torchDemands(torch(3), mini, sixty(64));
    assert.deepEqual(outlookOf(torch(3), mini, [gpu(1e6)]), { memory: 3 * demand.total, fit: 'fits' });
  });

  it('says nothing of the memory of other machines', () => {
    const away = { launcher: { command: ['submit', '{runner}'] } };
    const onnx = outlookOf(experiment(away), mini, [gpu(1e6)]);
    assert.deepEqual(onnx, { memory: demandOf(experiment(), mini, sixty(64)).total });
    assert.equal(outlookOf(experiment({ ...away, engine: 'torch' }), mini, []), undefined);
  });
});
