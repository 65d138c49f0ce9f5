/** First use: New Experiment, and what it left to be opened when the window came back with another folder. */
import * as vscode from 'vscode';
import type { Lab } from '../lab';
import { newExperiment, openLeft } from './new-experiment';

export function registerWelcome(lab: Lab): void {
  lab.context.subscriptions.push(vscode.commands.registerCommand('pit.newExperiment', () => newExperiment(lab)));
  void openLeft(lab);
}
