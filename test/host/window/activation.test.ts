/** The extension comes up in a real window and hands out what its parts share. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { relativePath, theLab, until, workspaceFile } from '../support';

describe('Activation', () => {
  it('hands out library, experiments and runs', async () => {
    const { library, experiments, runs } = await theLab();
    assert.deepEqual((await experiments.files()).map(relativePath), ['people.pit.json']);
    assert.equal(relativePath(experiments.active!), 'people.pit.json');
    const [holding] = await library.holdings();
    const { documents } = (await library.load(holding)).dataset;
    assert.ok(documents.some(({ title }) => title === 'The Rhine'));
    assert.deepEqual(runs.all(), []);
  });

  it('completes experiment files from the schema', async () => {
    const document = await vscode.workspace.openTextDocument(workspaceFile('people.pit.json'));
    const inRecipe = document.positionAt(document.getText().indexOf('"pit"') + 1);
    const inside = document.positionAt(document.getText().indexOf('"threads"'));
    const labelsAt = async (position: vscode.Position) => {
      const command = 'vscode.executeCompletionItemProvider';
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(command, document.uri, position);
      return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    await until(async () => (await labelsAt(inside)).includes('seeds'));
    assert.ok((await labelsAt(inRecipe)).some((label) => label.includes('pitpp')));
  });
});
