/** Reports of runs as read-only documents, written afresh whenever one is opened, also while a run trains. */
import * as vscode from 'vscode';
import type { LiveRun } from '../lab';
import type { Desk } from './desk';

const scheme = 'pit-report';

export class Reports implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);

  constructor(private readonly desk: Desk) {}

  provideTextDocumentContent({ path }: vscode.Uri): Promise<string> {
    return this.desk.do('report', vscode.Uri.file(path.replace(/\/report\.md$/, '')).fsPath);
  }

  /** Opens the preview of a run's report. */
  async open({ folder }: LiveRun): Promise<void> {
    const uri = vscode.Uri.file(folder.file('report.md')).with({ scheme });
    this.changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    vscode.Disposable.from(this.registration, this.changed).dispose();
  }
}
