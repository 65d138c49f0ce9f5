/** Reading is always allowed; whatever starts a process needs a workspace whose files the person trusts. */
import * as vscode from 'vscode';

/** Says what needs trust, and where to give it, in a workspace that has none. @param what as in "Training needs …" */
export async function isTrusted(what: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const answer = await vscode.window.showWarningMessage(`${what} needs a workspace that you trust.`, manage);
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
