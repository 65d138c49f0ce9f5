/** The list of devices, and what is told of a trial that works, speaks up, or dies. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Experiment, experimentSchema } from '../../../src/schedule/experiment';
import { deviceRows, type DeviceState } from '../../../src/vscode/models/device-rows';
import { tryDevices } from '../../../src/vscode/models/devices';

const experiment = (changes: object): Experiment =>
  experimentSchema.parse({ name: 'x', model: 'm', data: 'd', recipes: ['cpt'], ...changes });

describe('the list of devices', () => {
  const states: DeviceState[] = [
    { device: 'cpu', works: true, why: '8 cores', memory: 16.8e9 },
    { device: 'webgpu', works: false, why: 'no GPU answers' },
  ];
  const rows = (changes: object) => deviceRows(experiment(changes), states);

  it('says of each whether it works and why, and its memory where that is known', () => {
    assert.deepEqual(
      rows({}).map(({ device, description, detail }) => [device, description, detail]),
      [
        ['auto', 'The fastest of processor and GPU, tried when a run begins', undefined],
        ['cpu', 'The processor', '8 cores · 16.8 GB of memory'],
        ['webgpu', 'The GPU, through WebGPU', 'does not work here: no GPU answers'],
        ['cuda', 'The GPU of NVIDIA, through CUDA', undefined],
      ],
    );
  });

  it('marks the one that the experiment names, and those that do not work', () => {
    const icons = (changes: object) => rows(changes).map(({ icon }) => icon);
    assert.deepEqual(icons({}), ['chip', 'check', 'circle-slash', 'chip']);
    assert.deepEqual(icons({ device: 'webgpu' }), ['chip', 'chip', 'check', 'chip']);
  });

  it('has none that the engine has not', () => {
    assert.deepEqual(
      rows({ engine: 'torch' }).map(({ device, icon }) => [device, icon]),
      [
        ['auto', 'check'],
        ['cpu', 'chip'],
        ['cuda', 'chip'],
      ],
    );
  });
});

describe('a trial of the devices', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pit-trial-'));
  after(() => rmSync(folder, { recursive: true }));
  const trial = (code: string) => {
    const bundle = join(folder, 'trial.cjs');
    writeFileSync(bundle, code);
    return tryDevices('onnx', bundle);
  };

  it('gives what its process tells, whatever a library says beside it', async () => {
    const told = `console.log(JSON.stringify([{ device: process.argv[2], works: true, why: 'so' }]))`;
    assert.deepEqual(await trial(`${told}; console.error('a warning')`), [{ device: 'onnx', works: true, why: 'so' }]);
  });

  it('tells of one that died of a driver, or ended without a word', async () => {
    for (const [code, why] of [
      ['process.exit(3)', 'what tried it ended with code 3'],
      ['process.kill(process.pid, "SIGKILL")', 'what tried it ended with a signal'],
      ['', 'what tried it ended with code 0'],
    ])
      assert.deepEqual(
        (await trial(code)).map((state) => [state.device, state.works, state.why]),
        [
          ['auto', false, why],
          ['webgpu', false, why],
          ['cuda', false, why],
        ],
      );
  });
});
