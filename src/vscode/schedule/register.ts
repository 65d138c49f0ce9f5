/** The Schedule view: the active experiment as stages, epochs and the order of examples; and what the model sees. */
import * as vscode from 'vscode';
import type { Experiments, Lab } from '../lab';
import { Colours } from './colours';
import { ScheduleCommands } from './commands';
import { ScheduleDrag } from './drag';
import type { Node } from './nodes';
import { showFaults, showProblems } from './problems';
import { ScheduleSession } from './session';
import { Sheets, sheetScheme } from './sheets';
import { type Meant, showSheet } from './show';
import { ScheduleTree } from './tree';

export function registerSchedule(lab: Lab): void {
  const { context, experiments } = lab;
  const session = new ScheduleSession(lab);
  const commands = new ScheduleCommands(lab, session);
  const tree = new ScheduleTree(session);
  const drag = new ScheduleDrag(commands.make);
  lab.schedule = { tree, drag, make: commands.make };
  const view = vscode.window.createTreeView('pit.schedule', {
    treeDataProvider: tree,
    dragAndDropController: drag,
    canSelectMany: true,
    showCollapseAll: true,
  });
  context.subscriptions.push(
    ...[session, tree, view, commands.register(), keepHead(view, session)],
    ...[
      showProblems(experiments),
      showFaults(view, session),
      keepContext(experiments),
      ...registerSheets(session, commands),
    ],
  );
}

function registerSheets(session: ScheduleSession, commands: ScheduleCommands): vscode.Disposable[] {
  const sheets = new Sheets(session);
  const selector = { scheme: sheetScheme };
  return [
    sheets,
    new Colours(sheets),
    vscode.workspace.registerTextDocumentContentProvider(sheetScheme, sheets),
    vscode.languages.registerFoldingRangeProvider(selector, sheets),
    vscode.languages.registerDocumentSymbolProvider(selector, sheets),
    vscode.languages.registerHoverProvider(selector, sheets),
    vscode.commands.registerCommand('pit.showTokens', (meant: Meant) =>
      commands.guard(() => showSheet(session, sheets, meant)),
    ),
  ];
}

/** Beside the view's name the experiment and the seed; above its rows what is wrong. */
function keepHead(view: vscode.TreeView<Node>, session: ScheduleSession): vscode.Disposable {
  const refresh = async () => {
    if (!view.visible) return;
    const { shown, problems } = await session.state();
    view.description = shown && `${shown.opened.name} · seed ${session.at(0, shown).seed}`;
    view.message = messageFor(problems.length, problems[0]?.line, shown?.dataProblems.length ?? 0, shown !== undefined);
  };
  return vscode.Disposable.from(session.onDidChange(refresh), view.onDidChangeVisibility(refresh));
}

function messageFor(
  problems: number,
  line: number | undefined,
  dataProblems: number,
  isShown: boolean,
): string | undefined {
  if (problems > 0 && isShown) return `Line ${line} of the file has a problem: this is the schedule from before.`;
  if (dataProblems === 0) return undefined;
  return 'The data has errors (see Problems): what could not be read is missing here.';
}

/** Tells menus and welcome texts whether there is an experiment. */
function keepContext(experiments: Experiments): vscode.Disposable {
  const refresh = () =>
    vscode.commands.executeCommand('setContext', 'pit.hasExperiment', experiments.active !== undefined);
  void refresh();
  return experiments.onDidChange(refresh);
}
