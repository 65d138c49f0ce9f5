/** Models that have to be imported first, from GGUF files and from a hub on this machine: what is asked, written and refused. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { readModelFolder } from '../../../src/model/folder';
import type { Lab } from '../../../src/vscode/lab';
import { licensed, writeLarge } from '../../unit/model/gguf.support';
import { commit, LocalHub, modelFiles, refuse } from '../../unit/model/hub.server';
import { answering, picking, replace, theLab, until } from '../support';
import { makeWorld, type World } from '../worlds';

const { extensionPath } = vscode.extensions.getExtension('pit-lab.pit-lab')!;
const gguf = join(extensionPath, 'test/fixtures/model/gguf/llama.gguf');
const secret = 'hf_secret';
const key = 'pit.hubToken';

describe('importing a model', function () {
  this.timeout(60_000);
  let lab: Lab;
  let world: World;
  let hub: LocalHub;
  let document: vscode.TextDocument;
  let original: string;
  let failed: string[];

  before(async () => {
    lab = await theLab();
    world = await makeWorld('imports');
    hub = await new LocalHub('ann/tiny', await modelFiles()).start();
    Object.assign(process.env, { HF_HOME: join(world.root, '.hub'), HF_ENDPOINT: hub.endpoint });
    for (const name of ['HF_TOKEN', 'HF_HUB_CACHE', 'HF_HUB_OFFLINE']) delete process.env[name];
    mkdirSync(join(world.root, 'files'));
    writeFileSync(join(world.root, 'files/small.gguf'), licensed('apache-2.0', gguf));
    writeFileSync(join(world.root, 'files/broken.gguf'), 'GGUF');
  });
  after(() => hub.stop());

  beforeEach(async () => {
    document = await vscode.workspace.openTextDocument(world.file);
    await vscode.window.showTextDocument(document);
    original = document.getText();
    lab.experiments.activate(world.file);
    failed = answering('showErrorMessage');
  });
  afterEach(async () => {
    hub.misbehave = () => false;
    hub.asked.length = 0;
    await lab.context.secrets.delete(key);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    for (const name of ['models', '.hub']) rmSync(join(world.root, name), { recursive: true, force: true });
  });

  const choose = () => vscode.commands.executeCommand('pit.chooseModel');
  const chooseNew = async () => {
    await choose();
    assert.deepEqual(failed, []);
    await until(() => document.getText() !== original);
  };
  const settings = () => JSON.parse(document.getText()) as { model: unknown };
  const named = (label: string) => (item: vscode.QuickPickItem) => item.label === label;
  const imported = (...names: string[]) => join(world.root, 'models', ...names);
  /** What stands below a folder of the world, whole or not. */
  const below = (name: string) =>
    existsSync(join(world.root, name)) ? readdirSync(join(world.root, name), { recursive: true }).map(String) : [];

  /** Agrees to what is asked, or not; gives each question with what it says of the effect. */
  function agreeing(isAgreed = true, onAsked = () => {}): { question: string; effect: string }[] {
    const asked: { question: string; effect: string }[] = [];
    const answer = (question: string, options?: vscode.MessageOptions | string, yes?: string) => {
      if (typeof options === 'object') {
        asked.push({ question, effect: options.detail! });
        onAsked();
      }
      return Promise.resolve(isAgreed ? yes : undefined);
    };
    replace(vscode.window, { showInformationMessage: answer as typeof vscode.window.showInformationMessage });
    return asked;
  }

  /** Types these texts into the fields that open, one after another; gives what was typed where a field hides it. */
  function typing(...texts: string[]): string[] {
    const hidden: string[] = [];
    const type = (options: vscode.InputBoxOptions) => {
      const text = texts.shift()!;
      assert.equal(options.validateInput!(text), undefined);
      if (options.password) hidden.push(text);
      return Promise.resolve(text);
    };
    replace(vscode.window, { showInputBox: type as typeof vscode.window.showInputBox });
    return hidden;
  }

  /** Presses the button that ends long work as soon as its pace is told; gives what was told. */
  function cancelling(): string[] {
    const told: string[] = [];
    const show = (_: unknown, task: Parameters<typeof vscode.window.withProgress>[1]) => {
      const source = new vscode.CancellationTokenSource();
      const report = ({ message }: { message?: string }) => {
        told.push(message!);
        source.cancel();
      };
      return task({ report }, source.token);
    };
    replace(vscode.window, { withProgress: show as typeof vscode.window.withProgress });
    return told;
  }

  /** A hub that shows the model only to who has the token. */
  function gated(): void {
    hub.misbehave = ({ path, token, elsewhere }, response) =>
      !elsewhere && path.includes('/resolve/') && token !== secret && (refuse(response, 401, 'GatedRepo'), true);
  }

  describe('from the hub', () => {
    beforeEach(() => {
      picking(named('From the Hub…'));
    });

    it('shows what there is before anything comes, and brings it with the token that is kept', async () => {
      await lab.context.secrets.store(key, secret);
      gated();
      typing('ann/tiny');
      let before: string[] = [];
      const asked = agreeing(true, () => (before = hub.downloaded));
      await chooseNew();
      assert.deepEqual(before, ['config.json']);
      assert.equal(asked[0].question, 'Download ann/tiny?');
      assert.match(asked[0].effect, /^llama · \d+ k parameters · 1\.0 MB · mit · fits: up to /);
      assert.match(asked[0].effect, /\n\n1\.0 MB are downloaded and kept in Hugging Face's cache, \S+\/\.hub\/hub\. /);
      assert.match(asked[0].effect, / \S*imports\/models\/tiny gets the weights under a second name, /);
      assert.equal(settings().model, 'models/tiny');
      assert.equal((await readModelFolder(imported('tiny'))).config.layers, 1);
      const tokens = hub.asked.filter(({ elsewhere }) => !elsewhere).map(({ token }) => token);
      assert.deepEqual(new Set(tokens), new Set([secret]));
    });

    it('finds an earlier import again without asking the hub', async () => {
      typing('ann/tiny', 'ann/tiny');
      const asked = agreeing();
      await chooseNew();
      await vscode.commands.executeCommand('undo');
      await until(() => document.getText() === original);
      hub.asked.length = 0;
      await chooseNew();
      assert.deepEqual(
        [settings().model, asked.length, hub.asked, readdirSync(imported())],
        ['models/tiny', 1, [], ['tiny']],
      );
    });

    it('asks for a token where the model is gated, and goes on with it', async () => {
      gated();
      const said = answering('showWarningMessage', 'Set Hub Token…');
      const hidden = typing('ann/tiny', secret);
      agreeing();
      await chooseNew();
      const sentence = `ann/tiny is gated: ask for access at ${hub.endpoint}/ann/tiny, then set a token of the account that got it.`;
      assert.deepEqual([said, hidden], [[sentence], [secret]]);
      assert.equal(await lab.context.secrets.get(key), secret);
      assert.equal(settings().model, 'models/tiny');
      const places = [imported(), join(world.root, '.hub'), lab.context.logUri.fsPath];
      const files = places.flatMap((place) => readdirSync(place, { recursive: true, withFileTypes: true }));
      const paths = files.filter((file) => !file.isDirectory()).map((file) => join(file.parentPath, file.name));
      assert.ok(paths.length > 20);
      assert.deepEqual(
        [...paths, world.file.fsPath].filter((path) => readFileSync(path).includes(secret)),
        [],
      );
    });

    it('does nothing where no token is given, and nothing is kept then', async () => {
      gated();
      answering('showWarningMessage');
      typing('ann/tiny');
      await choose();
      assert.deepEqual([failed, document.getText(), below('.hub')], [[], original, []]);
      assert.equal(await lab.context.secrets.get(key), undefined);
    });

    it('prefers its token to what other tools keep, which counts again when it is forgotten', async () => {
      mkdirSync(join(world.root, '.hub'));
      writeFileSync(join(world.root, '.hub/token'), 'hf_other');
      const said = answering('showInformationMessage');
      typing('hf_kept', 'ann/none', 'ann/none');
      await vscode.commands.executeCommand('pit.setHubToken');
      await choose();
      await vscode.commands.executeCommand('pit.forgetHubToken');
      await choose();
      await vscode.commands.executeCommand('pit.forgetHubToken');
      const tokens = hub.asked.map(({ token }) => token);
      assert.deepEqual(tokens, ['hf_kept', 'hf_other']);
      assert.deepEqual(said, [
        'The token of the hub is kept.',
        'The token of the hub is forgotten.',
        'No token of the hub was kept.',
      ]);
    });

    it('leaves nothing behind when it is called off', async () => {
      hub.misbehave = ({ elsewhere }, response) =>
        elsewhere && (response.writeHead(200).write(hub.files['model.safetensors'].subarray(0, 1000)), true);
      typing('ann/tiny');
      agreeing();
      const told = cancelling();
      await choose();
      assert.match(told[0], /^\d+ % of 1\.0 MB/);
      assert.deepEqual([failed, below('models'), document.getText()], [[], [], original]);
      assert.deepEqual(below('.hub/hub'), []);
    });

    it('says in one sentence that a name is misspelt', async () => {
      typing('ann/tny');
      await choose();
      const page = `${hub.endpoint}/ann/tny`;
      assert.deepEqual(failed, [
        `The hub shows no model ann/tny: check the spelling at ${page}; for a private one, set a token that may read it.`,
      ]);
    });

    it('says in one sentence that there is no connection', async () => {
      hub.misbehave = (_, response) => (response.destroy(), true);
      typing('ann/tiny');
      await choose();
      assert.equal(failed.length, 1);
      assert.match(
        failed[0],
        /^http:\S+ can't be reached \(\w+\): check the connection, and HF_ENDPOINT if it is set\.$/,
      );
    });

    it('asks for no more than a name of the hub has', () => {
      const fields: vscode.InputBoxOptions[] = [];
      const field = (options: vscode.InputBoxOptions) => (fields.push(options), Promise.resolve(undefined));
      replace(vscode.window, { showInputBox: field as typeof vscode.window.showInputBox });
      return choose().then(() => {
        const wrong = ['', 'gpt2', '../x', 'a/b/c', 'hub:a/b'].map((text) => fields[0].validateInput!(text));
        assert.deepEqual(new Set(wrong), new Set(['Write OWNER/NAME or OWNER/NAME@REVISION.']));
        assert.equal(fields[0].validateInput!(`ann/tiny@${commit}`), undefined);
      });
    });
  });

  describe('from a GGUF file', () => {
    it('shows what is in it, says where it goes, makes the folder and names it in the experiment', async () => {
      const items = picking(named('small.gguf'));
      const asked = agreeing();
      await chooseNew();
      const { detail, description } = items.find(named('small.gguf'))!;
      assert.match(description!, /imports\/files\/small\.gguf$/);
      assert.match(
        detail!,
        /^llama · [\d.]+ k parameters · 0\.0 MB · apache-2\.0 · fits: up to \d\.\d\d GB of memory$/,
      );
      assert.equal(asked.length, 1);
      assert.equal(asked[0].question, 'Import small.gguf?');
      assert.match(asked[0].effect, /\n\n0\.1 MB are written into \S*imports\/models\/small, weights as F32\.$/);
      assert.equal(settings().model, 'models/small');
      assert.equal((await readModelFolder(imported('small'))).config.hiddenSize, 32);
    });

    it('finds an earlier import again, and asks nothing', async () => {
      picking(named('small.gguf'));
      const asked = agreeing();
      await chooseNew();
      await vscode.commands.executeCommand('undo');
      await until(() => document.getText() === original);
      const items = picking(named('small.gguf'));
      await chooseNew();
      assert.match(items.find(named('small.gguf'))!.detail!, / · imported: \S*models\/small$/);
      assert.deepEqual([settings().model, asked.length, readdirSync(imported())], ['models/small', 1, ['small']]);
    });

    it('writes nothing where the person does not agree', async () => {
      picking(named('small.gguf'));
      assert.equal(agreeing(false).length, 0);
      await choose();
      assert.deepEqual([document.getText(), below('models')], [original, []]);
    });

    it('names a file that can not be imported last, with the reason', async () => {
      const items = picking(named('broken.gguf'));
      await choose();
      assert.ok(items.findIndex(named('broken.gguf')) > items.findIndex(named("Can't be used")));
      assert.match(failed[0], /broken\.gguf is not a sound GGUF file: /);
    });

    describe('that takes long', () => {
      const file = () => join(world.root, 'files/large.gguf');
      before(() => writeLarge(file(), gguf));
      after(() => rmSync(file()));

      it('leaves nothing behind when it is called off', async () => {
        picking(named('large.gguf'));
        agreeing();
        const told = cancelling();
        await choose();
        assert.match(told[0], /^\d+ % of 1\.28 GB/);
        assert.deepEqual([failed, below('models'), document.getText()], [[], [], original]);
      });

      it('leaves nothing behind when the window closes', async () => {
        picking(named('large.gguf'));
        agreeing();
        const work = choose();
        await until(() => below('models').some((name) => name.endsWith('.tmp')));
        await Promise.all(lab.endings.map((end) => end()));
        assert.deepEqual(below('models'), []);
        await work;
        assert.equal(document.getText(), original);
      });
    });
  });
});
