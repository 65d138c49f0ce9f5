/** Runs that Slurm or a command of the experiment starts, as the window starts and follows them; and its PyTorch. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { Lab } from '../../../src/vscode/lab';
import { program, uv } from '../../cli/uv';
import { answering, theLab, until, workspaceFolder } from '../support';
import { makeWorld, untilRun } from '../worlds';

const recipes = [{ recipe: 'pit', epochs: [1, 1] }];
const choice = { variants: ['pit'], seeds: [1] };
const run = <T = void>(command: string, ...words: unknown[]) => vscode.commands.executeCommand<T>(command, ...words);

describe('a launcher in the window', function () {
  this.timeout(300_000);
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME };
  let lab: Lab;

  before(async () => void (lab = await theLab()));
  afterEach(() => {
    Object.assign(process.env, environment);
    delete process.env.PIT_HOME;
  });

  it('runs a command of the experiment only where it was shown and allowed', async () => {
    const command = ['env', 'SLURMD_NODENAME=far', 'ELECTRON_RUN_AS_NODE=1', '{node}', '{trainer}', '{run}'];
    const { file } = await makeWorld('command', { recipes, launcher: { command } });
    const asked = answering('showWarningMessage');
    assert.equal(await run('pit.run', file, choice), undefined);
    assert.equal(asked.length, 1);
    assert.ok(!existsSync(join(dirname(file.fsPath), 'runs')));
    answering('showWarningMessage', 'Run It');
    const [path] = (await run<string[]>('pit.run', file, choice))!;
    await untilRun(lab.runs, path, ({ state }) => state === 'running');
    await untilRun(lab.runs, path, ({ state }) => state === 'finished');
  });

  it('follows a job of Slurm from its queue to its end', async () => {
    const { file } = await makeWorld('slurm', { recipes, launcher: { slurm: {} } });
    const place = join(dirname(file.fsPath), 'slurm');
    mkdirSync(place);
    writeFileSync(join(place, 'hold'), '');
    const programs = resolve(vscode.extensions.getExtension('pit-lab.pit-lab')!.extensionPath, 'test/cli/slurm');
    Object.assign(process.env, { SLURM_PLACE: place, PATH: `${programs}${delimiter}${environment.PATH}` });
    const [path] = (await run<string[]>('pit.run', file, choice))!;
    await until(() => existsSync(join(path, 'job.json')));
    await untilRun(lab.runs, path, ({ state }) => state === 'waiting');
    await run('pit.stopRun', path);
    await untilRun(lab.runs, path, ({ state }) => state === 'interrupted');
    assert.equal(readFileSync(join(place, '1/state'), 'utf8'), 'CANCELLED\n');
  });

  it('hands the Python of the settings on to what it starts, and else what it was started with', async () => {
    const settings = vscode.workspace.getConfiguration('pit');
    const started = process.env.PIT_TORCH_PYTHON;
    await settings.update('torch.python', '/opt/torch/bin/python', vscode.ConfigurationTarget.Global);
    await until(() => process.env.PIT_TORCH_PYTHON === '/opt/torch/bin/python');
    await settings.update('torch.python', undefined, vscode.ConfigurationTarget.Global);
    await until(() => process.env.PIT_TORCH_PYTHON === started);
  });

  it('sets PyTorch up once it is told what will come', async () => {
    const home = join(workspaceFolder(), 'home');
    mkdirSync(home);
    program(join(home, 'uv'), uv('true'));
    Object.assign(process.env, { PIT_HOME: home, HOME: home, PATH: `${home}${delimiter}${environment.PATH}` });
    const asked = answering('showInformationMessage');
    await run('pit.setUpTorch');
    assert.deepEqual(asked, ['Set PyTorch up for the engine "torch"?']);
    assert.ok(!existsSync(join(home, 'torch')));
    const said = answering('showInformationMessage', 'Set Up');
    await run('pit.setUpTorch');
    assert.match(said[1], /^PyTorch 2\.15\.0\+cpu \(CPU; no GPU that it can use\) in /);
    assert.ok(existsSync(join(home, 'torch/environment.json')));
  });
});
