/** Says in one place what a check has found: every problem in the Problems panel, and why an experiment can't run. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { groups } from '../../dataset/group';
import type { Problem } from '../../dataset/model';
import { counted } from '../../run/format';
import { diagnosticOf } from '../diagnostics';

export class Refusal implements vscode.Disposable {
  private readonly list = vscode.languages.createDiagnosticCollection('pit-run');
  private readonly subscription = vscode.Disposable.from(
    vscode.workspace.onDidChangeTextDocument(({ document }) => this.list.delete(document.uri)),
    // The part that shows a dataset's problems may come to read it later.
    vscode.languages.onDidChangeDiagnostics(({ uris }) => uris.forEach((uri) => this.dropRepeated(uri))),
  );

  /** Puts problems in the Problems panel; those that another part of the window shows already are not repeated. */
  note(problems: readonly Problem[]): void {
    this.list.clear();
    for (const [file, some] of groups(problems, (problem) => problem.file)) {
      const others = some.filter((problem) => !isShown(problem));
      this.list.set(
        vscode.Uri.file(file),
        others.map((problem) => diagnosticOf(problem, placeOf(problem))),
      );
    }
  }

  /** Says that an experiment can't run, and leads to the errors that have been noted. */
  async show(file: vscode.Uri, errors: readonly Problem[]): Promise<void> {
    await vscode.commands.executeCommand('workbench.actions.view.problems');
    const where = basename(file.fsPath);
    const show = 'Show First';
    const sentence = `${where} can't run: ${counted(errors.length, 'error')} in it or its data.`;
    const answer = await vscode.window.showErrorMessage(sentence, show);
    if (answer === show) await open(errors[0]);
  }

  private dropRepeated(uri: vscode.Uri): void {
    const own = this.list.get(uri) ?? [];
    if (own.length === 0) return;
    const all = vscode.languages.getDiagnostics(uri);
    const alone = own.filter((one) => all.filter((other) => isSame(one, other)).length < 2);
    if (alone.length < own.length) this.list.set(uri, alone);
  }

  dispose(): void {
    vscode.Disposable.from(this.list, this.subscription).dispose();
  }
}

function isSame(a: vscode.Diagnostic, b: vscode.Diagnostic): boolean {
  return a.range.start.line === b.range.start.line && a.message === b.message;
}

function isShown({ file, line, message }: Problem): boolean {
  const known = vscode.languages.getDiagnostics(vscode.Uri.file(file));
  return known.some((one) => one.range.start.line === line - 1 && one.message === message);
}

function placeOf({ line, column }: Problem): vscode.Range {
  return new vscode.Range(line - 1, column - 1, line - 1, column - 1);
}

async function open(problem: Problem): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(problem.file), { selection: placeOf(problem) });
}
