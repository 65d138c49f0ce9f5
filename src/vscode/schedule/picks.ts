/** What commands ask of people: quick picks and input boxes. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { StageFields } from '../../schedule/edit-stages';
import type { Experiments } from '../lab';
import { plainNumber, wrongBatch } from './entries';
import { recipeItems, recipeLegend } from './recipe-words';
import type { Opened, StageOutline } from './protocol';
import type { Shown } from './session';

export async function pickExperiment(experiments: Experiments): Promise<vscode.Uri | undefined> {
  const files = await experiments.files();
  if (files.length === 0) void vscode.window.showInformationMessage('The workspace has no *.pit.json file.');
  if (files.length === 0) return undefined;
  const active = experiments.active?.toString();
  const items = files.map((file) => ({
    label: basename(file.fsPath, '.pit.json'),
    description: vscode.workspace.asRelativePath(file),
    iconPath: new vscode.ThemeIcon(file.toString() === active ? 'check' : 'beaker'),
    file,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: 'The experiment that the views show' }))?.file;
}

/** Key of the recipe that a person picks. */
export async function pickRecipe(): Promise<string | undefined> {
  const options = {
    placeHolder: recipeLegend,
    matchOnDetail: true,
    matchOnDescription: true,
  };
  return (await vscode.window.showQuickPick(recipeItems(), options))?.key;
}

/** Where a recipe goes in a file that has several: beside them, or in the place of one or all. */
export async function pickPlace({ variants }: Opened): Promise<'beside' | 'all' | number | undefined> {
  const items: (vscode.QuickPickItem & { place: 'beside' | 'all' | number })[] = [
    { label: '$(add) Compare with the others', place: 'beside' },
    ...variants.map(({ name, title }, place) => ({ label: `In the place of ${name}`, description: title, place })),
    { label: '$(replace-all) In the place of all', place: 'all' },
  ];
  return (await vscode.window.showQuickPick(items, { placeHolder: 'Where does the recipe go?' }))?.place;
}

export async function pickSeed({ seeds }: Opened, shown: number): Promise<number | undefined> {
  const items = seeds.map((seed) => ({
    label: `Seed ${seed}`,
    description: seed === shown ? 'shown' : undefined,
    seed,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: 'The seed whose order is shown' }))?.seed;
}

/** What a new stage trains on: every kind and split of the data but the questions that are asked in the end. */
export async function pickStage({ told: { dataset }, opened: { splits } }: Shown): Promise<StageFields | undefined> {
  const parts = new Set([
    ...(dataset?.documents ?? []).map(({ split }) => `documents:${split}`),
    ...(dataset?.questions ?? []).map(({ split }) => `questions:${split}`),
  ]);
  parts.delete(`questions:${splits.test}`);
  const picked = await vscode.window.showQuickPick([...parts].sort(), {
    canPickMany: true,
    placeHolder: 'What the stage trains on',
  });
  return picked && picked.length > 0 ? { parts: picked } : undefined;
}

export function askNumber(prompt: string, value: number, wrong: (text: string) => string | undefined) {
  return vscode.window.showInputBox({ prompt, value: plainNumber(value), validateInput: wrong });
}

export function askBatch({ batch }: StageOutline): Thenable<string | undefined> {
  const value = 'examples' in batch ? String(batch.examples) : `${batch.tokens} tokens`;
  return vscode.window.showInputBox({ prompt: 'Effective batch', value, validateInput: wrongBatch });
}
