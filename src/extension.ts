/** Where VS Code comes in: makes what the parts share and lets each part register itself. Wiring only. */
import * as vscode from 'vscode';
import { registerDashboard } from './vscode/dashboard/register';
import { WorkspaceLibrary } from './vscode/datasets/library';
import { registerDatasets } from './vscode/datasets/register';
import type { Lab } from './vscode/lab';
import { registerModels } from './vscode/models/register';
import { registerQa } from './vscode/qa/register';
import { registerResults } from './vscode/results/register';
import { registerRuns } from './vscode/runs/register';
import { WorkspaceRuns } from './vscode/runs/registry';
import { WorkspaceExperiments } from './vscode/schedule/experiments';
import { registerSchedule } from './vscode/schedule/register';
import { registerWelcome } from './vscode/welcome/register';

const endings: Lab['endings'] = [];

/** What the extension hands to other extensions, and to its own tests. */
export function activate(context: vscode.ExtensionContext): Lab {
  const log = vscode.window.createOutputChannel('PIT Lab', { log: true });
  const experiments = new WorkspaceExperiments(context.workspaceState);
  const library = new WorkspaceLibrary(experiments);
  const runs = new WorkspaceRuns(context.workspaceState, experiments, log);
  const lab: Lab = { context, log, experiments, library, runs, endings };
  context.subscriptions.push(log, experiments, library, runs);
  for (const register of parts) register(lab);
  return lab;
}

export async function deactivate(): Promise<void> {
  await Promise.all(endings.map((end) => end()));
}

const parts = [
  registerDatasets,
  registerQa,
  registerSchedule,
  registerModels,
  registerRuns,
  registerDashboard,
  registerResults,
  registerWelcome,
];
