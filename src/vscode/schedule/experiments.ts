/** The experiment files of the workspace, with what stands unsaved in editors, and the one that is active. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { parseExperiment } from '../../schedule/read-experiment';
import type { Experiments } from '../lab';

export class WorkspaceExperiments implements Experiments {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  active: vscode.Uri | undefined;

  async files(): Promise<vscode.Uri[]> {
    return vscode.workspace.findFiles('**/*.pit.json', '**/{node_modules,runs}/**');
  }

  activate(file: vscode.Uri): void {
    this.active = file;
    this.changed.fire();
  }

  async read(file: vscode.Uri) {
    const document = await vscode.workspace.openTextDocument(file);
    const read = parseExperiment(document.getText(), file.fsPath);
    return { ...read, name: read.experiment?.name ?? basename(file.fsPath, '.pit.json') };
  }

  dispose(): void {
    this.changed.dispose();
  }
}
