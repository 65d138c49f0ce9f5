/** The commands on runs by their ids, as package.json names them. */
import * as vscode from 'vscode';
import { isAtWork } from '../../run/states';
import type { Lab, LiveRun } from '../lab';
import { deleteRuns, openRuns, showLog, stopRuns } from './actions';
import type { Choice } from './choose';
import type { Desk } from './desk';
import { exportModel, exportTable } from './exports';
import { stopAll } from './progress';
import type { WorkspaceRuns } from './registry';
import type { Reports } from './reports';
import type { RunPit } from './run-pit';
import { type Item, runsMeant } from './selection';
import { setUpTorch } from './torch';
import type { Node } from './tree';

export interface Room {
  runs: WorkspaceRuns;
  desk: Desk;
  pit: RunPit;
  reports: Reports;
  log: Lab['log'];
  /** What is selected in the Runs view. */
  selection(): readonly Node[];
}

type Act = (...words: never[]) => unknown;

export function commandsOf({ runs, desk, pit, reports, log, selection }: Room): Record<string, Act> {
  const several = (act: (chosen: LiveRun[]) => unknown) => async (item?: Item, items?: Node[]) => {
    const chosen = await runsMeant(runs, item, items ?? selection());
    return chosen.length > 0 ? act(chosen) : undefined;
  };
  const one = (act: (run: LiveRun) => unknown) => several(([run]) => act(run));
  return {
    'pit.run': (at?: unknown, choice?: unknown) => pit.run(at instanceof vscode.Uri ? at : undefined, choiceIn(choice)),
    'pit.openRun': one((run) => openRuns([run])),
    'pit.compareRuns': several(openRuns),
    'pit.stopRun': several(stopRuns),
    'pit.stopAllRuns': () => stopAll(runs.all().filter(isAtWork)),
    'pit.resumeRun': several((chosen) => pit.resume(chosen)),
    'pit.chooseRun': one(({ folder }) => runs.choose(folder.path)),
    'pit.revealRunInExplorer': one(({ folder }) => reveal('revealInExplorer', folder.path)),
    'pit.revealRunInSystem': one(({ folder }) => reveal('revealFileInOS', folder.path)),
    'pit.openRunReport': one((run) => reports.open(run)),
    'pit.showRunLog': one(showLog),
    'pit.exportRuns': several((chosen) => exportTable(chosen, desk)),
    'pit.exportRunModel': one((run) => exportModel(run, desk)),
    'pit.deleteRun': several((chosen) => deleteRuns(chosen, runs)),
    'pit.setUpTorch': () => setUpTorch({ log }),
  };
}

/** What to train, where whoever calls the command says so; menus hand over other things. */
function choiceIn(word: unknown): Choice | undefined {
  return typeof word === 'object' && word !== null && 'variants' in word ? (word as Choice) : undefined;
}

function reveal(command: string, path: string): Thenable<unknown> {
  return vscode.commands.executeCommand(command, vscode.Uri.file(path));
}
