/** The packed extension in a VS Code that knows nothing of this repository: it is installed and trains. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { installExtension, startServer } from '../../scripts/host.mjs';
import { closeWorkbenches, packThis, runState, type Server, until, Workbench } from './support';

describe('The packed extension', () => {
  closeWorkbenches();
  const data = mkdtempSync(join(tmpdir(), 'pit-packed-'));
  let server: Server;

  before(async () => {
    installExtension(data, packThis());
    server = await startServer({ data });
  });
  after(async () => {
    await server?.close();
    rmSync(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  it('has a page on which nothing leads nowhere', async () => {
    const { page } = await Workbench.open({ server });
    await page.keyboard.press('Control+Shift+X');
    await page.locator('.extensions-viewlet .monaco-list-row', { hasText: 'PIT Lab' }).click();
    const text = page.frameLocator('iframe.webview').frameLocator('iframe');
    await text.getByRole('heading', { name: 'How it is built' }).waitFor();
    const idle = 'img:not([src^="https:"]), a:not([href^="https:"], [href="#"])';
    assert.equal(await text.locator(idle).count(), 0);
  });

  it('holds the native library of this platform, and of no other', () => {
    const files = readdirSync(join(data, 'extensions'), { recursive: true, encoding: 'utf8' });
    const libraries = files.filter((file) => /\.(node|dll|dylib|so)(\.\d+)*$/.test(file));
    assert.equal(libraries.filter((file) => file.endsWith('onnxruntime_binding.node')).length, 1);
    const own = join(sep, process.platform, process.arch, sep);
    assert.deepEqual(
      libraries.filter((file) => !file.includes(own)),
      [],
    );
  });

  it('holds the torch learner with its requirements, and none of its tests', () => {
    const files = readdirSync(join(data, 'extensions'), { recursive: true, encoding: 'utf8' });
    const python = files.map((file) => file.split(sep).slice(1).join('/')).filter((file) => file.startsWith('python/'));
    for (const name of ['requirements.txt', 'probe.py', 'pit_learner/__main__.py', 'pit_learner/train.py'])
      assert.ok(python.includes(`python/${name}`), `${name} of ${python.join(', ')}`);
    assert.deepEqual(
      python.filter((file) => /tests|cache/.test(file)),
      [],
    );
  });

  it('trains with its own native library', async () => {
    const workbench = await Workbench.open({ server });
    workbench.edit('people.pit.json', (text) => text.replace('"cpt", ', ''));
    await workbench.showViews();
    await workbench.row('Schedule', 'test doc').waitFor();
    await workbench.command('PIT: Run PIT');
    await until(() => ['finished', 'failed'].includes(runState(workbench.folder, 'people/pit-seed1') ?? ''));
    assert.equal(runState(workbench.folder, 'people/pit-seed1'), 'finished');
    await workbench.row('Runs', /pit, seed 1.*EM/).waitFor();
  });
});
