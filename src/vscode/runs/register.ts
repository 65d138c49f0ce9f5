/** Run PIT and the Runs view: makes what the other files of this room describe. */
import * as vscode from 'vscode';
import type { Lab } from '../lab';
import { telling } from '../telling';
import { commandsOf } from './commands';
import { Desk } from './desk';
import { Digests } from './digests';
import { Endings } from './endings';
import { RunProgressViews } from './progress';
import type { WorkspaceRuns } from './registry';
import { Reports } from './reports';
import { RunPit } from './run-pit';
import { passPythonOn } from './torch';
import { RunsTree } from './tree';

export function registerRuns(lab: Lab): void {
  const runs = lab.runs as WorkspaceRuns;
  const { subscriptions, workspaceState } = lab.context;
  const desk = new Desk();
  const digests = new Digests(runs, desk);
  const tree = new RunsTree(runs, digests);
  const options = { treeDataProvider: tree, canSelectMany: true, showCollapseAll: true };
  const view = vscode.window.createTreeView('pit.runs', options);
  const pit = new RunPit({ ...lab, runs }, desk);
  const reports = new Reports(desk);
  subscriptions.push(passPythonOn(), desk, digests, tree, view, pit, reports, new RunProgressViews(runs));
  void runs.ready.then(() => subscriptions.push(new Endings(runs, desk, workspaceState)));
  const commands = commandsOf({ runs, desk, pit, reports, log: lab.log, selection: () => view.selection });
  for (const [id, act] of Object.entries(commands))
    subscriptions.push(vscode.commands.registerCommand(id, telling(lab, act)));
}
