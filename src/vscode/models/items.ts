/** Models and devices as a list to choose from. */
import * as vscode from 'vscode';
import type { WantedModel } from '../../schedule/edit-settings';
import type { Experiment } from '../../schedule/experiment';
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

const devices: Record<Experiment['device'], string> = {
  cpu: 'The processor. Works everywhere.',
  webgpu: 'The GPU, through WebGPU. A run is refused where none answers.',
  auto: 'Tries both when a run begins and takes the faster; the run says which, and why.',
};

export function deviceItems(current: Experiment['device']): DeviceItem[] {
  return Object.entries(devices).map(([label, detail]) => {
    const device = label as Experiment['device'];
    return { label, detail, iconPath: new vscode.ThemeIcon(device === current ? 'check' : 'chip'), device };
  });
}
