/** The dashboard: live charts and tables of runs in a webview. */
import * as vscode from 'vscode';
import type { Kept } from '../../../webview/messages';
import type { Lab } from '../lab';
import { Dashboard } from './dashboard';

export function registerDashboard(lab: Lab): void {
  const dashboard = new Dashboard(lab);
  lab.dashboard = dashboard;
  lab.context.subscriptions.push(
    dashboard,
    vscode.commands.registerCommand('pit.openDashboard', (paths?: unknown) => dashboard.open(pathsIn(paths))),
    vscode.window.registerWebviewPanelSerializer(Dashboard.viewType, {
      deserializeWebviewPanel: (panel, kept?: Partial<Kept>) => Promise.resolve(dashboard.adopt(panel, kept)),
    }),
  );
}

/** Paths, where whoever calls the command names runs; menus hand over other things. */
function pathsIn(words: unknown): string[] | undefined {
  return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
}
