/** Data that changes without a word from a watcher, as on a network drive: read anew on request and when one comes back. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { WorkspaceLibrary } from '../../../src/vscode/datasets/library';
import type { Holding, Lab } from '../../../src/vscode/lab';
import { bundle, next, replace, theLab } from '../support';

describe('data that nobody watches', () => {
  let lab: Lab;
  let folder: string;
  let file: string;
  let holding: Holding;

  before(async () => {
    lab = await theLab();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pit-unwatched-'));
    file = join(folder, 'rivers.qa');
    writeFileSync(file, '# Rhine\n\nA river.\n\nQ: What is it?\nA: a river\n');
    holding = { key: folder, label: 'rivers', sources: [{ path: folder }] };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const counts = async (library: Lab['library']) => (await library.load(holding)).dataset.questions.length;

  it('is read anew by Refresh Datasets', async () => {
    const { library } = lab;
    assert.equal(await counts(library), 1);
    appendFileSync(file, '\nQ: How long?\nA: 1,230 km\n');
    assert.equal(await counts(library), 1);
    const changed = next(library.onDidChange);
    await vscode.commands.executeCommand('pit.refreshDatasets');
    assert.equal(await counts(library), 2);
    await changed;
  });

  it('is read anew when the window gets the focus, and only if it has changed', async () => {
    const state = new vscode.EventEmitter<vscode.WindowState>();
    replace(vscode.window, { onDidChangeWindowState: state.event });
    const library = new WorkspaceLibrary(lab.experiments, bundle('dataset-worker.cjs'));
    const before = library.load(holding);
    await before;
    await library.sweep();
    assert.equal(library.load(holding), before);
    for (const change of [
      () => appendFileSync(file, '\nQ: How long?\nA: 1,230 km\n'),
      () => writeFileSync(join(folder, 'more.qa'), '# Elbe\n\nA river.\n\nQ: And this?\nA: a river\n'),
      () => rmSync(file),
    ]) {
      const known = await counts(library);
      change();
      const changed = next(library.onDidChange);
      state.fire({ focused: false, active: false });
      state.fire({ focused: true, active: true });
      await changed;
      assert.notEqual(await counts(library), known);
    }
    library.dispose();
  });
});
