/** Which runs a command is about: what it was called on, what is selected in the Runs view, or what the person picks. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { nameOf } from '../../run/names';
import type { LiveRun, Runs } from '../lab';
import type { Node } from './tree';

/** What a command on runs may be called on: a node of the view, or the path of a run. */
export type Item = Node | string;

/** @param selected all that is selected in the view, where the command was called on one of them or on nothing */
export async function runsMeant(runs: Runs, item: Item | undefined, selected: readonly Node[]): Promise<LiveRun[]> {
  const meant = pathsMeant(runs, item, selected);
  const found = [...new Set(meant)].flatMap((path) => runs.get(path) ?? []);
  return found.length > 0 ? found : askWhich(runs.all());
}

function pathsMeant(runs: Runs, item: Item | undefined, selected: readonly Node[]): string[] {
  if (typeof item === 'string') return [item];
  const nodes = item === undefined || selected.includes(item) ? selected : [item];
  return nodes.flatMap((node) => pathsOf(runs, node));
}

/** A stage stands for its run, an experiment for all of its runs. */
function pathsOf(runs: Runs, node: Node): string[] {
  if (node.kind === 'run') return [node.path];
  if (node.kind === 'stage') return [node.run.path];
  const paths = runs.all().map(({ folder }) => folder.path);
  return paths.filter((path) => dirname(path) === node.out);
}

async function askWhich(all: readonly LiveRun[]): Promise<LiveRun[]> {
  if (all.length === 0) {
    await vscode.window.showInformationMessage('This workspace has no runs yet.');
    return [];
  }
  const items = all.map((run) => ({
    label: nameOf(run.folder.identity),
    description: `${run.folder.identity.name} · ${run.state}`,
    run,
  }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Which run?' });
  return chosen ? [chosen.run] : [];
}
