/** What the tests in the extension host share. */
import { join, relative } from 'node:path';
import * as vscode from 'vscode';
import type { Lab } from '../../src/vscode/lab';

/** The activated extension. */
export async function theLab(): Promise<Lab> {
  return vscode.extensions.getExtension<Lab>('pit-lab.pit-lab')!.activate();
}

/** The opened folder: a fresh copy of `test/fixtures/workspace`. */
export const workspaceFolder = () => vscode.workspace.workspaceFolders![0].uri.fsPath;

export const workspaceFile = (name: string) => vscode.Uri.file(join(workspaceFolder(), name));

/** The path of a file below the opened folder. */
export const relativePath = (file: vscode.Uri) => relative(workspaceFolder(), file.fsPath);

/** Resolves with what a condition gives as soon as that is truthy; the test's time limit ends the wait. */
export function until<T>(condition: () => T | Promise<T>): Promise<NonNullable<T>> {
  return new Promise((done, fail) => {
    const check = async () => {
      const value = await condition();
      if (value) done(value);
      else setTimeout(() => void check().catch(fail), 20);
    };
    void check().catch(fail);
  });
}

/** Resolves with the next value of an event. */
export function next<T>(event: vscode.Event<T>): Promise<T> {
  return new Promise((done) => {
    const listening = event((value) => {
      listening.dispose();
      done(value);
    });
  });
}

const replaced: (() => void)[] = [];
afterEach(() => replaced.splice(0).forEach((undo) => undo()));

/** Puts other values into an object of VS Code's until the test is over. */
export function replace<T extends object>(target: T, changes: Partial<T>): void {
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, target[name as keyof T]]));
  Object.assign(target, changes);
  replaced.push(() => Object.assign(target, before));
}

/** Answers messages of a kind with one of some buttons, or not at all, until the test is over; gives what they say. */
export function answering(
  kind: 'showWarningMessage' | 'showErrorMessage' | 'showInformationMessage',
  ...answers: string[]
): string[] {
  const said: string[] = [];
  const fake = (message: string, ...buttons: unknown[]) => {
    said.push(message);
    return Promise.resolve(answers.find((answer) => buttons.includes(answer)));
  };
  replace(vscode.window, { [kind]: fake });
  return said;
}

/** The path of a bundle of the extension. */
export const bundle = (name: string) =>
  join(vscode.extensions.getExtension('pit-lab.pit-lab')!.extensionPath, 'dist', name);

/** Picks the first fitting item of every quick pick until the test is over; gives what is offered. */
export function picking(fits: (item: vscode.QuickPickItem) => boolean): vscode.QuickPickItem[] {
  const offered: vscode.QuickPickItem[] = [];
  const pick = async (items: readonly vscode.QuickPickItem[] | Thenable<readonly vscode.QuickPickItem[]>) => {
    const now = await items;
    offered.push(...now);
    return now.find(fits);
  };
  replace(vscode.window, { showQuickPick: pick as unknown as typeof vscode.window.showQuickPick });
  return offered;
}
