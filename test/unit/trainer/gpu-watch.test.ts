/** A look at a GPU's memory now and then, with a clock and a system of the test's own. */
import assert from 'node:assert/strict';
import type { Gpu } from '../../../src/engine/gpus';
import { deviceReport, processor } from '../../../src/engine/onnx/device';
import { GpuWatch } from '../../../src/trainer/gpu-watch';

const gpu = (used?: number): Gpu => ({ name: 'A GPU', memory: 8e9, used, isShared: false, isNvidia: true });

/** A watch that is asked at these times, in seconds; what it gave each time, and how often the system was asked. */
async function watched(provider: 'cpu' | 'webgpu', times: readonly number[], gpus: () => Gpu[]) {
  let [now, asked] = [0, 0];
  const list = () => (asked++, Promise.resolve(gpus()));
  const watch = new GpuWatch(deviceReport({ ...processor(1), provider }), list, () => now);
  const given = [];
  for (const time of times) {
    now = 1000 * time;
    given.push(watch.memory()?.used);
    await new Promise(setImmediate);
  }
  return { given, asked };
}

describe('a watch over the memory of a GPU', () => {
  it('asks once a minute and gives what it was told last', async () => {
    let used = 1e9;
    const { given, asked } = await watched('webgpu', [0, 1, 59, 61, 62], () => [gpu((used += 1e9))]);
    assert.deepEqual(given, [undefined, 2e9, 2e9, 2e9, 3e9]);
    assert.equal(asked, 2);
  });

  it('asks no more where the system does not tell', async () => {
    for (const gpus of [[], [gpu()]])
      assert.deepEqual(await watched('webgpu', [0, 61, 122], () => gpus), {
        given: [undefined, undefined, undefined],
        asked: 1,
      });
  });

  it('never asks while the processor trains', async () => {
    assert.equal((await watched('cpu', [0, 61], () => [gpu(1e9)])).asked, 0);
  });
});
