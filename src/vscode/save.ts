/** Writes tables and pictures where the person says. */
import { dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';

const kinds: Record<string, string> = {
  '.svg': 'SVG picture',
  '.png': 'PNG picture',
  '.csv': 'CSV table',
  '.md': 'Markdown table',
  '.tex': 'LaTeX table',
  '.html': 'HTML page',
};

/** @param beside a run: its output folder is offered */
export async function saveFile(name: string, content: string | Uint8Array, beside?: string): Promise<void> {
  const place = beside ? dirname(beside) : vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const ending = extname(name);
  const file = await vscode.window.showSaveDialog({
    defaultUri: place ? vscode.Uri.file(join(place, name)) : undefined,
    title: `Save ${kinds[ending]}`,
    filters: { [kinds[ending]]: [ending.slice(1)] },
  });
  if (!file) return;
  await vscode.workspace.fs.writeFile(file, typeof content === 'string' ? Buffer.from(content) : content);
  void tell(file);
}

/** Says where it lies; nobody waits for an answer. */
async function tell(file: vscode.Uri): Promise<void> {
  const open = 'Open';
  const answer = await vscode.window.showInformationMessage(`Written: ${vscode.workspace.asRelativePath(file)}`, open);
  if (answer === open) await vscode.commands.executeCommand('vscode.open', file);
}
