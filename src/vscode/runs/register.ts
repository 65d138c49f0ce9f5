/** Run PIT and the Runs view: what the other files of this room make, tied to commands. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../errors';
import type { Lab, LiveRun } from '../lab';
import { deleteRuns, openRuns, resumable, showLog, stopRuns } from './actions';
import type { Choice } from './choose';
import { Desk } from './desk';
import { Digests } from './digests';
import { Endings } from './endings';
import { exportModel, exportTable } from './exports';
import { nameOf } from './labels';
import { isAtWork, RunProgressViews, stopAll } from './progress';
import type { WorkspaceRuns } from './registry';
import { Reports } from './reports';
import { RunPit } from './run-pit';
import { type Node, RunsTree } from './tree';

export function registerRuns(lab: Lab): void {
  const runs = lab.runs as WorkspaceRuns;
  const desk = new Desk();
  const digests = new Digests(runs, desk);
  const tree = new RunsTree(runs, digests);
  const view = vscode.window.createTreeView('pit.runs', {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const pit = new RunPit({ ...lab, runs }, desk);
  const reports = new Reports(desk);
  lab.context.subscriptions.push(desk, digests, tree, view, pit, reports, new RunProgressViews(runs));
  void runs.ready.then(() => lab.context.subscriptions.push(new Endings(runs, desk, lab.context.workspaceState)));

  const one = (act: (run: LiveRun) => unknown) => several(([run]) => act(run));
  const several = (act: (runs: LiveRun[]) => unknown) => async (item?: Item, items?: Node[]) => {
    const chosen = runsOf(runs, item, items ?? view.selection);
    const asked = chosen.length > 0 ? chosen : await askWhich(runs.all());
    return asked.length > 0 ? act(asked) : undefined;
  };
  const commands: Record<string, (...words: never[]) => unknown> = {
    'pit.run': (at?: vscode.Uri | Node, choice?: Choice | vscode.Uri[]) =>
      pit.run(at instanceof vscode.Uri ? at : undefined, choice && 'variants' in choice ? choice : undefined),
    'pit.openRun': one((run) => openRuns([run])),
    'pit.compareRuns': several(openRuns),
    'pit.stopRun': several(stopRuns),
    'pit.stopAllRuns': () => stopAll(runs.all().filter(isAtWork)),
    'pit.resumeRun': several(async (chosen) => {
      for (const [out, paths] of resumable(chosen)) await pit.resume(out, paths);
    }),
    'pit.chooseRun': one(({ folder }) => runs.choose(folder.path)),
    'pit.revealRunInExplorer': one(({ folder }) => reveal('revealInExplorer', folder.path)),
    'pit.revealRunInSystem': one(({ folder }) => reveal('revealFileInOS', folder.path)),
    'pit.openRunReport': one((run) => reports.open(run)),
    'pit.showRunLog': one(showLog),
    'pit.exportRuns': several((chosen) => exportTable(chosen, desk)),
    'pit.exportRunModel': one(exportModel),
    'pit.deleteRun': several((chosen) => deleteRuns(chosen, runs)),
  };
  for (const [id, act] of Object.entries(commands))
    lab.context.subscriptions.push(vscode.commands.registerCommand(id, telling(lab, act)));
}

/** What a command on runs may be called on: a node of the view, or the path of a run. */
type Item = Node | string;

function runsOf(runs: WorkspaceRuns, item: Item | undefined, selected: readonly Node[]): LiveRun[] {
  if (typeof item === 'string') return found(runs, [item]);
  const isSelected = item === undefined || selected.includes(item);
  return found(
    runs,
    (isSelected ? selected : [item]).flatMap((node) => pathsOf(runs, node)),
  );
}

/** A stage stands for its run, an experiment for all of its runs. */
function pathsOf(runs: WorkspaceRuns, node: Node): string[] {
  if (node.kind === 'run') return [node.path];
  if (node.kind === 'stage') return [node.run.path];
  const paths = runs.all().map(({ folder }) => folder.path);
  return paths.filter((path) => dirname(path) === node.out);
}

function found(runs: WorkspaceRuns, paths: readonly string[]): LiveRun[] {
  return [...new Set(paths)].flatMap((path) => runs.get(path) ?? []);
}

async function askWhich(all: readonly LiveRun[]): Promise<LiveRun[]> {
  const items = all.map((run) => ({
    label: nameOf(run.folder.identity),
    description: `${run.folder.identity.name} · ${run.state}`,
    run,
  }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Which run?' });
  return chosen ? [chosen.run] : [];
}

function reveal(command: string, path: string): Thenable<unknown> {
  return vscode.commands.executeCommand(command, vscode.Uri.file(path));
}

/** What a person can mend becomes a message; everything else keeps its stack in the log. */
function telling(lab: Lab, act: (...words: never[]) => unknown) {
  return async (...words: never[]): Promise<unknown> => {
    try {
      return await act(...words);
    } catch (error) {
      if (!(error instanceof UserError)) lab.log.error(error as Error);
      void vscode.window.showErrorMessage(messageOf(error));
      return undefined;
    }
  };
}
