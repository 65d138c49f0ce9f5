/** The Datasets view: documents and questions as an editable tree, and their problems. */
import * as vscode from 'vscode';
import type { Lab } from '../lab';
import { DatasetCommands } from './commands';
import { problemDecorations } from './decorations';
import { DatasetDrag } from './drag';
import { DatasetFilter } from './filter';
import { Follower } from './follow';
import type { Node } from './nodes';
import { showProblems } from './problems';
import { Shelves } from './shelves';
import { DatasetTree } from './tree';

export function registerDatasets(lab: Lab): void {
  const { library } = lab;
  const shelves = new Shelves(library);
  const tree = new DatasetTree(library, shelves);
  const commands: DatasetCommands = new DatasetCommands(lab, shelves, () => view.selection);
  const drag = new DatasetDrag(commands.make, commands.guard);
  const view = vscode.window.createTreeView('pit.datasets', {
    treeDataProvider: tree,
    dragAndDropController: drag,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const follower = new Follower(library, shelves, view);
  lab.datasets = { tree, drag, view };
  lab.context.subscriptions.push(
    ...[tree, view, follower, commands.register(), new DatasetFilter(library, shelves, tree, view), keepContext(view)],
    ...[showProblems(lab), vscode.window.registerFileDecorationProvider(problemDecorations)],
    vscode.commands.registerTextEditorCommand('pit.revealInDatasets', (editor) =>
      commands.guard(() => follower.reveal(editor, true)),
    ),
  );
}

/** Tells keys what is selected. */
function keepContext(view: vscode.TreeView<Node>): vscode.Disposable {
  return view.onDidChangeSelection(({ selection }) => {
    const kinds = new Set(selection.map(({ kind }) => kind));
    const kind = kinds.size > 1 ? 'mixed' : ([...kinds][0] ?? '');
    void vscode.commands.executeCommand('setContext', 'pit.selectedDatasetRow', kind);
  });
}
