/** Which engine opens a model, by its config alone: no model is opened, and no torch needs to be there. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../../../src/errors';
import { chooseEngine } from '../../../src/trainer/choose-engine';

const fixture = resolve(__dirname, '../../fixtures/model/llama-tied');
const own = JSON.parse(readFileSync(join(fixture, 'config.json'), 'utf8')) as object;
const notSetUp =
  'is not set up; "pit setup torch" makes an environment for it, or PIT_TORCH_PYTHON names a Python that has torch.';

describe('the engine of a model that is looked at as it is', () => {
  const { PIT_HOME, PIT_TORCH_PYTHON } = process.env;
  let folder: string;
  const write = (config: object, name = 'config.json') => writeFileSync(join(folder, name), JSON.stringify(config));
  const withTorch = () => (process.env.PIT_TORCH_PYTHON = '/some/python');

  beforeEach('a folder, and no torch', () => {
    folder = mkdtempSync(join(tmpdir(), 'pit-engine-'));
    Object.assign(process.env, { PIT_HOME: join(folder, 'home'), PIT_TORCH_PYTHON: '' });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    for (const [name, value] of Object.entries({ PIT_HOME, PIT_TORCH_PYTHON }))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });

  it('is onnx where it has the family, whether or not torch is there', async () => {
    assert.deepEqual(await chooseEngine(fixture), { engine: 'onnx' });
    withTorch();
    assert.deepEqual(await chooseEngine(fixture), { engine: 'onnx' });
  });

  it('is torch for another family, and for adapters of one, if it is there', async () => {
    withTorch();
    const reason = 'torch computes this model: onnx has no family "phi".';
    write({ ...own, model_type: 'phi' });
    assert.deepEqual(await chooseEngine(folder), { engine: 'torch', reason });
    const adapter = {
      peft_type: 'LORA',
      base_model_name_or_path: folder,
      r: 2,
      lora_alpha: 4,
      target_modules: ['fc1'],
    };
    const adapters = mkdtempSync(join(folder, 'adapters-'));
    writeFileSync(join(adapters, 'adapter_config.json'), JSON.stringify(adapter));
    assert.deepEqual(await chooseEngine(adapters), { engine: 'torch', reason });
  });

  it('is none for another family without torch, which one sentence says', async () => {
    write({ ...own, model_type: 'phi' });
    const sentence = `${folder} can't be opened: onnx has no family "phi", and torch, which may have it, ${notSetUp}`;
    await assert.rejects(chooseEngine(folder), new UserError(sentence));
  });

  it('is torch for an option that onnx has not, and says which', async () => {
    write({ ...own, new_scale: 3 });
    const gap = `onnx refuses it (${folder}/config.json: field "new_scale" (3) is an option that is not supported)`;
    const sentence = `${folder} can't be opened: ${gap}, and torch, which may have it, ${notSetUp}`;
    await assert.rejects(chooseEngine(folder), new UserError(sentence));
    withTorch();
    assert.deepEqual(await chooseEngine(folder), { engine: 'torch', reason: `torch computes this model: ${gap}.` });
  });

  it('is the usual one for what none could open', async () => {
    withTorch();
    assert.deepEqual(await chooseEngine(folder), { engine: 'onnx' });
    write({ ...own, hidden_size: 'wide' });
    assert.deepEqual(await chooseEngine(folder), { engine: 'onnx' });
  });

  it('is the one that is asked for', async () => {
    await assert.rejects(
      chooseEngine(fixture, 'torch'),
      /^UserError: The torch engine is not set up: "pit setup torch"/,
    );
    withTorch();
    assert.deepEqual(await chooseEngine(fixture, 'torch'), { engine: 'torch' });
    write({ ...own, model_type: 'phi' });
    assert.deepEqual(await chooseEngine(folder, 'onnx'), { engine: 'onnx' });
  });
});
