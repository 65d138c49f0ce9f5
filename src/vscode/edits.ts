/** From edits as values to VS Code's: one workspace edit each, so that one undo takes it back. */
import * as vscode from 'vscode';
import type { TextEdit } from '../dataset/edit/text';
import { UserError } from '../errors';

export function textEditsIn(document: vscode.TextDocument, edits: readonly TextEdit[]): vscode.TextEdit[] {
  return edits.map(({ start, end, text }) => {
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    return new vscode.TextEdit(range, text);
  });
}

/** @throws UserError where the editor refuses, as for a file that may not be written */
export async function makeEdit(edit: vscode.WorkspaceEdit): Promise<void> {
  const isDone = await vscode.workspace.applyEdit(edit);
  if (!isDone) throw new UserError('The editor refused the change: nothing was done.');
}
