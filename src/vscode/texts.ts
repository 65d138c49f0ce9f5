/** What files say now: an editor may hold edits that are not on the disk yet. */
import * as vscode from 'vscode';

/** The document that the window holds of a file. */
export function openDocument(file: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
}

/** What a file says now, unsaved edits included. */
export async function textOf(file: vscode.Uri): Promise<string> {
  return openDocument(file)?.getText() ?? new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
}
