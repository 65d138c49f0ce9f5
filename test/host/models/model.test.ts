/** Choosing model and device of an experiment: what is offered, what becomes of the file, and that undo takes it back. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import * as vscode from 'vscode';
import { machineMemory } from '../../../src/engine/machine';
import { trainTokenizer } from '../../../src/model/bpe';
import { readModel, writeModelFolder } from '../../../src/model/folder';
import { countParameters, initialize } from '../../../src/model/parameters';
import { presetConfig, presets } from '../../../src/model/presets';
import { makeTokenizer } from '../../../src/model/tokenizer';
import { RunFolder, runFiles } from '../../../src/run/folder';
import { fileSize, shortCount } from '../../../src/run/format';
import { listCheckpoints } from '../../../src/trainer/checkpoints';
import type { Lab } from '../../../src/vscode/lab';
import { answering, picking, replace, theLab, until, workspaceFolder } from '../support';
import { writeExperiment } from '../../cli/small';
import { makeWorld, untilRun, type World } from '../worlds';

const commit = '0123456789abcdef0123456789abcdef01234567';

describe('the choice of model and device', function () {
  this.timeout(120_000);
  let lab: Lab;
  let world: World;
  let document: vscode.TextDocument;
  let original: string;
  let run: string;

  before(async () => {
    lab = await theLab();
    world = await makeWorld('models', { recipes: [{ recipe: 'cpt', epochs: [1] }] });
    await writeModels(world.root);
    [run] = (await execute<string[]>('pit.run', world.file, { variants: ['cpt'], seeds: [1] }))!;
    await untilRun(lab.runs, run, ({ state }) => state === 'finished');
  });

  /** A model in the workspace and in the hub's cache, and three folders that none can start from. */
  async function writeModels(root: string): Promise<void> {
    const { tokenizer, config } = trainTokenizer(['The Rhine rises in the Alps.'], 300);
    const shape = presetConfig('nano', makeTokenizer(tokenizer, config));
    const base = join(root, 'base');
    await writeModelFolder(base, { config: shape, weights: initialize(shape, 1), tokenizer: { tokenizer, config } });
    writeFileSync(join(base, 'README.md'), '---\nlicense: apache-2.0\n---\n# Base\n');
    const strange = join(root, 'strange');
    cpSync(base, strange, { recursive: true });
    writeFileSync(join(strange, 'config.json'), '{ "model_type": "mamba" }');
    const pickled = join(root, 'pickled');
    mkdirSync(pickled);
    cpSync(join(base, 'config.json'), join(pickled, 'config.json'));
    writeFileSync(join(pickled, 'pytorch_model.bin'), 'pickled');
    process.env.HF_HUB_CACHE = join(root, '.hub');
    const cached = join(root, '.hub/models--ann--tiny');
    for (const name of [commit, 'f'.repeat(40)]) cpSync(base, join(cached, 'snapshots', name), { recursive: true });
    mkdirSync(join(cached, 'refs'));
    writeFileSync(join(cached, 'refs/main'), commit);
  }

  beforeEach(async () => {
    document = await vscode.workspace.openTextDocument(world.file);
    await vscode.window.showTextDocument(document);
    original = document.getText();
    lab.experiments.activate(world.file);
  });
  afterEach(() => execute('workbench.action.revertAndCloseActiveEditor'));

  const execute = <T = void>(command: string, ...words: unknown[]) =>
    vscode.commands.executeCommand<T>(command, ...words);
  const settings = () => JSON.parse(document.getText()) as { model: unknown; device?: string };
  const named = (label: string) => (item: vscode.QuickPickItem) => item.label === label;
  const find = (items: vscode.QuickPickItem[], label: string) => items.find(named(label)) ?? assert.fail(label);

  /** Takes back what was done and sees that the file is as it was. */
  async function undone(): Promise<void> {
    await vscode.window.showTextDocument(document);
    await execute('undo');
    await until(() => document.getText() === original);
  }

  it('offers sizes, folders, checkpoints and downloads with what is known of each', async () => {
    const items = picking(() => false);
    await execute('pit.chooseModel');
    const headings = items.filter(({ kind }) => kind === vscode.QuickPickItemKind.Separator);
    assert.deepEqual(
      headings.map(({ label }) => label),
      [
        'From random initialisation',
        'Folders of the workspace',
        'Checkpoints of finished runs',
        'Downloaded from the Hugging Face hub',
        'Elsewhere',
        "Can't be used",
      ],
    );
    const count = countParameters((await readModel(join(world.root, 'base'))).config);
    const size = `${shortCount(count)} parameters · ${fileSize(4 * count)}`;
    for (const label of ['base', 'ann/tiny']) {
      assert.match(find(items, label).detail!, / · fits: up to \d\.\d\d GB of memory$/);
      assert.equal(find(items, label).detail!.split(' · fits')[0], `llama · ${size} · apache-2.0`);
    }
    assert.equal(find(items, 'ann/tiny').description, commit.slice(0, 7));
    assert.deepEqual(items.filter(named('f'.repeat(40))), []);
    const vocabulary = { vocabSize: 400, bos: 0, eos: 0, pad: 0 };
    for (const size of Object.keys(presets)) {
      const parameters = countParameters(presetConfig(size, vocabulary));
      const said = `llama · ${shortCount(parameters)} parameters · ${fileSize(4 * parameters)}`;
      assert.equal(find(items, size).detail!.split(' · fits')[0], said);
    }
    assert.equal(document.getText(), original);
  });

  it('writes the path of a folder, and undo takes it back', async () => {
    picking(named('base'));
    await execute('pit.chooseModel');
    await until(() => document.getText() !== original);
    assert.equal(document.getText(), original.replace(/"model": \{[^}]*\}/, '"model": "base"'));
    await undone();
  });

  it('writes a preset and keeps the vocabulary', async () => {
    picking(named('micro'));
    await execute('pit.chooseModel');
    await until(() => document.getText() !== original);
    assert.equal(document.getText(), original.replace('pico', 'micro'));
    await undone();
  });

  it('writes the newest checkpoint of a run, and the snapshot of a download', async () => {
    const newest = listCheckpoints(RunFolder.open(run)).at(-1)!.name;
    const cases = [
      [/^models: .*, seed 1$/, join(run, runFiles.checkpoints, newest)],
      [/^ann\/tiny$/, join(process.env.HF_HUB_CACHE!, 'models--ann--tiny/snapshots', commit)],
    ] as const;
    for (const [label, folder] of cases) {
      picking((item) => label.test(item.label));
      await execute('pit.chooseModel');
      await until(() => document.getText() !== original);
      assert.equal(settings().model, relative(world.root, folder).replaceAll('\\', '/'));
      await undone();
    }
  });

  it('names folders that can not be used last, each with its reason, and takes none of them', async () => {
    const said = answering('showErrorMessage');
    for (const [label, why] of [
      ['strange', /config\.json: field "model_type" is "mamba", but only "llama" or /],
      ['pickled', /pickled has its weights only as pytorch_model\.bin, a pickled file/],
    ] as const) {
      const items = picking(named(label));
      await execute('pit.chooseModel');
      const at = items.findIndex(named(label));
      assert.ok(at > items.findIndex(named("Can't be used")), label);
      assert.equal(why.exec(items[at].detail!)?.index, 0);
      assert.match(said.at(-1)!, why);
      assert.equal(document.getText(), original);
    }
    assert.equal(said.length, 2);
  });

  it('offers no untrained model where adapters are trained', async () => {
    const training = { ...(JSON.parse(original) as { training: object }).training, lora: {} };
    const adapted = writeExperiment(world.root, { model: 'base', training }, 'adapted');
    await vscode.window.showTextDocument(vscode.Uri.file(adapted));
    await until(() => lab.experiments.active?.fsPath === adapted);
    const items = picking(() => false);
    await execute('pit.chooseModel');
    const refused = items.slice(items.findIndex(named("Can't be used")));
    for (const size of Object.keys(presets)) assert.match(find(refused, size).detail!, /needs a model folder/);
    assert.match(find(items, 'base').detail!, / · fits: up to /);
    assert.equal((find(items, 'base').iconPath as vscode.ThemeIcon).id, 'check');
  });

  it('takes another folder, and refuses one without a model', async () => {
    const said = answering('showErrorMessage');
    const open = (folder: string) =>
      replace(vscode.window, { showOpenDialog: () => Promise.resolve([vscode.Uri.file(folder)]) });
    picking(named('Another Folder…'));
    open(workspaceFolder());
    await execute('pit.chooseModel');
    assert.match(said[0], /config\.json can't be read: it does not exist\.$/);
    assert.equal(document.getText(), original);
    open(join(world.root, 'base'));
    await execute('pit.chooseModel');
    await until(() => document.getText() !== original);
    assert.equal(settings().model, 'base');
    await undone();
  });

  it('writes a device, and undo takes it back', async () => {
    const items = picking(named('webgpu'));
    await execute('pit.chooseDevice');
    await until(() => document.getText() !== original);
    assert.deepEqual(settings(), { ...(JSON.parse(original) as object), device: 'webgpu' });
    const [auto, cpu, webgpu] = ['auto', 'cpu', 'webgpu'].map((device) => find(items, device).detail!);
    assert.match(
      cpu,
      new RegExp(`^${availableParallelism()} cores · ${(machineMemory() / 1e9).toFixed(1)} GB of memory$`),
    );
    // Which of both it is depends on the machine, but what they say must fit together.
    const works = !/^does not work here: /.test(webgpu);
    assert.match(auto, works ? /^here (webgpu|cuda|cpu): / : /^here (cuda|cpu): /);
    assert.match(webgpu, works ? /a product came out right/ : /no GPU answers through WebGPU \(.+\)$/);
    assert.equal((find(items, 'webgpu').iconPath as vscode.ThemeIcon).id, works ? 'chip' : 'circle-slash');
    await undone();
  });

  it('changes nothing where what is chosen is there already', async () => {
    picking(({ label }) => label === 'pico' || label === 'cpu');
    await execute('pit.chooseModel');
    await execute('pit.chooseDevice');
    assert.equal(document.getText(), original);
    assert.equal(document.isDirty, false);
  });
});
