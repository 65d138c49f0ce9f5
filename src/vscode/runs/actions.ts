/** What can be done with runs: one, or the several that are selected in the Runs view. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { nameOf } from '../../run/names';
import { messageOf } from '../../errors';
import { counted } from '../../run/format';
import { runFiles } from '../../run/folder';
import { canGoOn, isAtWork } from '../../run/states';
import { endNow, requestStop } from '../../trainer/stop';
import type { LiveRun } from '../lab';
import type { WorkspaceRuns } from './registry';

/** Shows runs in the dashboard, several beside each other. */
export async function openRuns(runs: readonly LiveRun[]): Promise<void> {
  await vscode.commands.executeCommand(
    'pit.openDashboard',
    runs.map(({ folder }) => folder.path),
  );
}

/** Asks for a clean stop; whoever asks once more may end a process that does not come to it. */
export async function stopRuns(runs: readonly LiveRun[]): Promise<void> {
  const slow = runs.filter(({ state, folder }) => state === 'running' && folder.stopRequested());
  await Promise.all(runs.map(({ folder }) => requestStop(folder)));
  for (const run of slow) await offerEnd(run);
}

async function offerEnd({ folder }: LiveRun): Promise<void> {
  const end = 'End Now';
  const sentence = `${nameOf(folder.identity)} has been asked to stop and finishes its step or batch of answers first.`;
  const detail = 'If it is ended now, it can be resumed from its newest checkpoint.';
  const answer = await vscode.window.showWarningMessage(sentence, { modal: true, detail }, end);
  if (answer === end) await endNow(folder);
}

/** The runs that can go on, by output folder. */
export function resumable(runs: readonly LiveRun[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { folder } of runs.filter(canGoOn)) {
    const out = dirname(folder.path);
    groups.set(out, [...(groups.get(out) ?? []), folder.path]);
  }
  return groups;
}

/** Moves runs to the trash after asking; a run at work is refused. */
export async function deleteRuns(runs: readonly LiveRun[], registry: WorkspaceRuns): Promise<void> {
  const busy = runs.find(isAtWork);
  if (busy) {
    await vscode.window.showWarningMessage(`${nameOf(busy.folder.identity)} is ${busy.state}. Stop it first.`);
    return;
  }
  const what = runs.length === 1 ? nameOf(runs[0].folder.identity) : counted(runs.length, 'run');
  const move = 'Move to Trash';
  const detail = 'Its checkpoints, predictions and events go with it.';
  const answer = await vscode.window.showWarningMessage(`Delete ${what}?`, { modal: true, detail }, move);
  if (answer !== move) return;
  for (const { folder } of runs) if (await removeFolder(folder.path)) registry.drop(folder.path);
}

/** Not every machine has a trash; whether to delete for good is then asked once more. */
async function removeFolder(path: string): Promise<boolean> {
  const folder = vscode.Uri.file(path);
  try {
    await vscode.workspace.fs.delete(folder, { recursive: true, useTrash: true });
    return true;
  } catch (error) {
    const forGood = 'Delete for Good';
    const sentence = `${vscode.workspace.asRelativePath(path)} could not be moved to the trash.`;
    const options = { modal: true, detail: messageOf(error) };
    if ((await vscode.window.showWarningMessage(sentence, options, forGood)) !== forGood) return false;
    await vscode.workspace.fs.delete(folder, { recursive: true });
    return true;
  }
}

/** Shows what the trainer has printed, from its end. */
export async function showLog({ folder }: LiveRun): Promise<void> {
  const file = folder.file(runFiles.log);
  if (!existsSync(file)) {
    await vscode.window.showInformationMessage('The trainer has not printed anything yet.');
    return;
  }
  const document = await vscode.workspace.openTextDocument(file);
  const end = document.lineAt(document.lineCount - 1).range.end;
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(end, end), preview: true });
}
