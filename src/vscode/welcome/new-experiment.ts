/** New Experiment…: asks what to begin with and where, writes a sample that runs at once, and opens its file. */
import * as vscode from 'vscode';
import { messageOf } from '../../errors';
import type { Lab } from '../lab';
import { choosePlace } from './place';

/** Where a window that is about to load another folder leaves the file to open there. */
const memory = 'pit.openNext';

interface Beginning extends vscode.QuickPickItem {
  write: (folder: string) => Promise<string>;
}

/** The experiment's file; undefined where the person changed their mind. */
export async function newExperiment(lab: Lab): Promise<vscode.Uri | undefined> {
  const beginning = await vscode.window.showQuickPick(beginnings(lab.context), {
    title: 'New Experiment: what to begin with',
    placeHolder: 'Both run at once and are yours to change',
  });
  if (!beginning) return undefined;
  const folder = await choosePlace();
  if (!folder) return undefined;
  const file = await write(beginning, folder);
  if (file) await open(lab, file, folder);
  return file;
}

/** Opens what New Experiment wrote before the window loaded its folder. */
export async function openLeft(lab: Lab): Promise<void> {
  const { globalState } = lab.context;
  const left = globalState.get<string>(memory);
  const file = left === undefined ? undefined : vscode.Uri.parse(left);
  if (!file || !vscode.workspace.getWorkspaceFolder(file)) return;
  await globalState.update(memory, undefined);
  await present(lab, file);
}

function beginnings({ extensionUri }: vscode.ExtensionContext): Beginning[] {
  const shipped = vscode.Uri.joinPath(extensionUri, 'samples/bios').fsPath;
  return [
    {
      label: '$(mortar-board) A model that can answer',
      detail: 'A small base model comes along and meets 100 people it has never heard of. A run takes a minute or two.',
      write: async (folder) => (await import('../../sample/write')).writeBiosSample(folder, shipped),
    },
    {
      label: '$(sparkle) A model from nothing',
      detail: 'A small world and a model with random weights, which learns to speak first.',
      write: async (folder) => (await import('../../sample/write')).writeScratchSample(folder),
    },
  ];
}

async function write(beginning: Beginning, folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title: 'Writing the sample' };
  try {
    return vscode.Uri.file(await vscode.window.withProgress(options, () => beginning.write(folder.fsPath)));
  } catch (error) {
    void vscode.window.showErrorMessage(messageOf(error));
    return undefined;
  }
}

/** A folder outside the workspace becomes the window's folder, and the window comes back with it. */
async function open(lab: Lab, file: vscode.Uri, folder: vscode.Uri): Promise<void> {
  if (vscode.workspace.getWorkspaceFolder(file)) return present(lab, file);
  await lab.context.globalState.update(memory, file.toString());
  await vscode.commands.executeCommand('vscode.openFolder', folder);
}

async function present(lab: Lab, file: vscode.Uri): Promise<void> {
  lab.experiments.activate(file);
  await vscode.window.showTextDocument(file, { preview: false });
  await vscode.commands.executeCommand('pit.schedule.focus');
  await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  void suggestRun(file);
}

async function suggestRun(file: vscode.Uri): Promise<void> {
  const run = 'Run PIT';
  const sentence = 'The experiment is ready. Its data and its order stand at the left; Run PIT trains it.';
  if ((await vscode.window.showInformationMessage(sentence, run)) === run)
    await vscode.commands.executeCommand('pit.run', file);
}
