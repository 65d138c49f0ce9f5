/** Models and devices as a list to choose from. */
import * as vscode from 'vscode';
import type { WantedModel } from '../../schedule/edit-settings';
import type { Experiment } from '../../schedule/experiment';
import { deviceRows, type DeviceState } from './device-rows';
import type { Offer } from './protocol';
import { type Choice, modelSections } from './rows';

export interface ModelItem extends vscode.QuickPickItem {
  /** None of a heading. */
  choice?: Choice;
}

export interface DeviceItem extends vscode.QuickPickItem {
  device: Experiment['device'];
}

export function modelItems(offers: readonly Offer[], current: WantedModel): ModelItem[] {
  const sections = modelSections(offers, current, vscode.workspace.asRelativePath);
  return sections.flatMap(({ heading, rows }) => [
    { label: heading, kind: vscode.QuickPickItemKind.Separator },
    ...rows.map(({ icon, ...row }) => ({ ...row, iconPath: new vscode.ThemeIcon(icon) })),
  ]);
}

export function deviceItems(experiment: Experiment, states: readonly DeviceState[]): DeviceItem[] {
  return deviceRows(experiment, states).map(({ icon, ...row }) => {
    return { ...row, label: row.device, iconPath: new vscode.ThemeIcon(icon) };
  });
}
