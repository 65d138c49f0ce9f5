/** A run on two nodes of a Slurm whose programs are played by stand-ins: their ranks are real and talk over gloo. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { torchPython } from '../../src/engine/torch/environment';
import type { RunEvent } from '../../src/run/events';
import { RunFolder } from '../../src/run/folder';
import { makeWorld, pit, writeExperiment } from '../cli/small';

const before = { PATH: process.env.PATH, SLURM_PLACE: process.env.SLURM_PLACE };
const changes = { recipes: [{ recipe: 'pit', epochs: [1, 1] }] };

describe('a run of the torch learner on two nodes', () => {
  afterEach(() => Object.assign(process.env, before));

  it('has a rank on each and the losses of the onnx learner', async () => {
    const { root, experiment } = await makeWorld({ ...changes, engine: 'torch', launcher: { slurm: { nodes: 2 } } });
    const place = join(root, 'slurm');
    mkdirSync(place);
    process.env.SLURM_PLACE = place;
    process.env.PATH = `${resolve(__dirname, '../cli/slurm')}${delimiter}${before.PATH}`;
    const { code, stderr } = await pit('run', experiment);
    const run = RunFolder.open(join(root, 'runs/small/pit-seed1'));
    assert.equal(code, 0, stderr + readFileSync(run.file('trainer.log'), 'utf8'));
    const { events } = run.readEvents();
    const device = events.find((event) => event.type === 'device');
    assert.match(device!.device, /^2 processes, cpu/);
    const script = readFileSync(run.file('job.sbatch'), 'utf8');
    assert.ok(script.includes(`export PIT_TORCH_PYTHON=${torchPython()}\n`));

    writeExperiment(root, changes);
    assert.equal((await pit('run', experiment, '--out', join(root, 'here'))).code, 0);
    const expected = losses(RunFolder.open(join(root, 'here/pit-seed1')).readEvents().events);
    const found = losses(events);
    assert.equal(found.length, expected.length);
    found.forEach((loss, step) =>
      assert.ok(Math.abs(loss - expected[step]) < 1e-4, `step ${step + 1}: ${loss}, ${expected[step]}`),
    );
  });
});

const losses = (events: readonly RunEvent[]) => events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
