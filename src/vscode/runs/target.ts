/** Which experiment a command is about: the file it was called on, the one in the editor, the active one, or a question. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { isBelow } from '../../dataset/source';
import { sourcesOf } from '../../schedule/paths';
import type { Experiments } from '../lab';

/** Undefined where the person chose none, or there is none to choose. @param at what the command was called on */
export async function experimentFor(experiments: Experiments, at?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const file = at ?? vscode.window.activeTextEditor?.document.uri;
  if (file && isExperiment(file)) return file;
  if (file && (at || isData(file))) {
    const readers = await readersOf(experiments, file);
    if (readers.length > 0)
      return readers.length === 1 ? readers[0] : askWhich(readers, `Which experiment on ${basename(file.fsPath)}?`);
    if (at) return nothingReads(file);
  }
  if (experiments.active) return experiments.active;
  const files = await experiments.files();
  if (files.length === 0) return nothingThere();
  return files.length === 1 ? files[0] : askWhich(files, 'Which experiment?');
}

const isExperiment = ({ fsPath }: vscode.Uri) => fsPath.endsWith('.pit.json');
const isData = ({ fsPath }: vscode.Uri) => /\.(qa|jsonl)$/i.test(fsPath);

/** The experiments whose dataset the file is a part of. */
async function readersOf(experiments: Experiments, { fsPath }: vscode.Uri): Promise<vscode.Uri[]> {
  const readers: vscode.Uri[] = [];
  for (const file of await experiments.files()) {
    // One that can't be read reads nothing.
    const { experiment } = await experiments.read(file).catch(() => ({ experiment: undefined }));
    const sources = experiment ? sourcesOf(experiment, dirname(file.fsPath)) : [];
    if (sources.some(({ path }) => isBelow(fsPath, path))) readers.push(file);
  }
  return readers;
}

async function askWhich(files: readonly vscode.Uri[], question: string): Promise<vscode.Uri | undefined> {
  const items = files.map((file) => ({ label: vscode.workspace.asRelativePath(file), file }));
  return (await vscode.window.showQuickPick(items, { placeHolder: question }))?.file;
}

async function nothingReads(file: vscode.Uri): Promise<undefined> {
  const name = basename(file.fsPath);
  await vscode.window.showWarningMessage(
    `No experiment reads ${name}. Name it under "data" in a *.pit.json file, then run that.`,
  );
}

async function nothingThere(): Promise<undefined> {
  const create = 'New Experiment…';
  const answer = await vscode.window.showWarningMessage('This workspace has no experiment (*.pit.json) yet.', create);
  if (answer === create) await vscode.commands.executeCommand('pit.newExperiment');
}
