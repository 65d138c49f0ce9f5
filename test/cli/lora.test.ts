/** Adapters in place of all weights: trained, stopped and resumed, told apart in tables. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModelFolder } from '../../src/model/folder';
import { modelHash } from '../../src/model/hash';
import { RunFolder } from '../../src/run/folder';
import { finish, makeWorld, pit, sha256, startTrainerOn, substance, until, writeExperiment } from './small';

const lora = { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj', 'down_proj'] };
const training = {
  sequence: 160,
  mixed: { rate: 1e-2, batch: 8 },
  documents: { rate: 1e-2, batch: 2 },
  checkpointEvery: 3,
};
const last = (run: string) => {
  const checkpoints = join(run, 'checkpoints');
  return join(checkpoints, readdirSync(checkpoints).sort().at(-1)!);
};

describe('a run with adapters', () => {
  let root: string;
  let run: string;
  let experiment: string;

  before('train a base, then adapters of it', async () => {
    const world = await makeWorld({ model: { preset: 'nano', vocabulary: 400 } });
    root = world.root;
    assert.equal((await pit('run', world.experiment)).code, 0);
    cpSync(last(join(root, 'runs/small/pit-seed1')), join(root, 'base'), { recursive: true });
    experiment = writeExperiment(root, { model: 'base', training: { ...training, lora } }, 'adapted');
    const { code, stderr } = await pit('run', experiment);
    assert.equal(code, 0, stderr);
    run = join(root, 'runs/adapted/pit-seed1');
  });

  it('learns: the loss falls', () => {
    const losses = RunFolder.open(run)
      .readEvents()
      .events.flatMap((event) => (event.type === 'step' && event.stage === 1 ? [event.loss] : []));
    assert.ok(losses.at(-1)! < losses[0], losses.join());
  });

  it('keeps of its checkpoints the adapters alone, which open as a model on their base', async () => {
    assert.ok(!existsSync(join(last(run), 'model.safetensors')));
    const { config, weights } = await readModelFolder(last(run));
    assert.deepEqual(config.lora, { ...lora, base: join(root, 'base') });
    const trained = await weights.read('model.layers.0.self_attn.q_proj.lora_B.weight');
    assert.ok(trained.some((value) => value !== 0));
    const base = await readModelFolder(join(root, 'base'));
    const name = 'model.layers.0.self_attn.q_proj.weight';
    assert.deepEqual(await weights.read(name), await base.weights.read(name));
  });

  it('killed and resumed, ends with the same adapters, bit for bit', async () => {
    const path = join(root, 'killed');
    const made = RunFolder.open(run);
    cpSync(made.file('experiment.json'), RunFolder.create(path, made.identity).file('experiment.json'));
    const child = startTrainerOn(path);
    const ended = finish(child);
    await until(child, path, (events) => events.some((event) => event.type === 'step' && event.step >= 4));
    child.kill('SIGKILL');
    await ended;
    const { code, stderr } = await pit('resume', path);
    assert.equal(code, 0, stderr);
    for (const file of ['adapter_model.safetensors', 'optimizer.safetensors'])
      assert.equal(sha256(join(last(path), file)), sha256(join(last(run), file)), file);
    assert.deepEqual(substance(path), substance(run));
  });

  it('has a row of its own beside a run of all weights', async () => {
    writeExperiment(root, { model: 'base' }, 'whole');
    assert.equal((await pit('run', join(root, 'whole.pit.json'))).code, 0);
    const { stdout } = await pit('compare', run, join(root, 'runs/whole'));
    const rows = stdout.split('\n').filter((line) => line.includes('⑦'));
    assert.deepEqual(rows.map((row) => /LoRA, rank 4, alpha 8|all weights/.exec(row)?.[0]).sort(), [
      'LoRA, rank 4, alpha 8',
      'all weights',
    ]);
  });

  it('says which weights it began with, and does not go on with others', async () => {
    const base = join(root, 'base');
    const { identity } = RunFolder.open(run);
    assert.equal(identity.modelHash, await modelHash(base));
    assert.match(
      readFileSync(join(run, 'report.md'), 'utf8'),
      new RegExp(`\\*\\*Model hash\\*\\*: ${identity.modelHash}`),
    );
    const path = join(root, 'changed');
    const other = RunFolder.create(path, { ...identity, modelHash: 'f'.repeat(64) });
    cpSync(join(run, 'experiment.json'), other.file('experiment.json'));
    const { code, stderr } = await pit('resume', path);
    assert.equal(code, 1);
    assert.match(stderr, /The model has changed since this run was made \(\w{64} is not f{64}\); start a new run\./);
    RunFolder.open(run).writeJson('run.json', { ...identity, modelHash: 'f'.repeat(64) });
    assert.match((await pit('run', experiment)).stderr, /other settings, data or model; choose another folder/);
    RunFolder.open(run).writeJson('run.json', identity);
  });

  it('is refused for projections that the model lacks, for untrained weights, and on adapters', async () => {
    const problem = async (changes: Record<string, unknown>) =>
      (await pit('check', writeExperiment(root, changes, 'refused'))).stdout;
    assert.match(
      await problem({ model: 'base', training: { ...training, lora: { targets: ['query'] } } }),
      /refused\.pit\.json:\d+:\d+ training\.lora: The model has no projection "query"; it has q_proj, /,
    );
    assert.match(
      await problem({ training: { ...training, lora } }),
      /training\.lora: "training\.lora" needs a model folder/,
    );
    assert.match(await problem({ model: last(run) }), /model: .* holds adapters, not a model/);
  });
});
