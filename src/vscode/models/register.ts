/** The commands that choose model and device, and that keep the token for models of the hub. */
import * as vscode from 'vscode';
import type { Lab } from '../lab';
import { telling } from '../telling';
import { ModelChoice } from './choose';
import { HubToken } from './hub-token';
import { Imports } from './imports';

export function registerModels(lab: Lab): void {
  const token = new HubToken(lab.context.secrets);
  const imports = new Imports(token);
  const choice = new ModelChoice(lab, imports);
  const command = (id: string, act: () => Promise<unknown>) => vscode.commands.registerCommand(id, telling(lab, act));
  lab.endings.push(() => imports.end());
  lab.context.subscriptions.push(
    imports,
    choice,
    command('pit.chooseModel', () => choice.chooseModel()),
    command('pit.chooseDevice', () => choice.chooseDevice()),
    command('pit.setHubToken', () => token.set()),
    command('pit.forgetHubToken', () => token.forget()),
  );
}
