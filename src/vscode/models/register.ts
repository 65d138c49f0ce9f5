/** The commands that choose model and device. */
import * as vscode from 'vscode';
import type { Lab } from '../lab';
import { telling } from '../telling';
import { ModelChoice } from './choose';

export function registerModels(lab: Lab): void {
  const choice = new ModelChoice(lab);
  const command = (id: string, act: () => Promise<void>) => vscode.commands.registerCommand(id, telling(lab, act));
  lab.context.subscriptions.push(
    choice,
    command('pit.chooseModel', () => choice.chooseModel()),
    command('pit.chooseDevice', () => choice.chooseDevice()),
  );
}
