/** Models and devices as a list to choose from. */
import { basename, sep } from 'node:path';
import * as vscode from 'vscode';
import { shortCount } from '../../run/format';
import type { WantedModel } from '../../schedule/edit-settings';
import type { Experiment } from '../../schedule/experiment';
import { type Facts, isSame, type Offer, type Place } from './protocol';

export interface ModelItem extends vscode.QuickPickItem {
  /** None for a folder that is not in the list. */
  offer?: Offer;
}

export interface DeviceItem extends vscode.QuickPickItem {
  device: Experiment['device'];
}

const groups: Record<Place['group'], string> = {
  preset: 'From random initialisation',
  folder: 'Folders of the workspace',
  checkpoint: 'Checkpoints of finished runs',
  hub: 'Downloaded from the Hugging Face hub',
};

/** By group, each under its heading; last a folder from elsewhere, and what can't be used with the reason. */
export function modelItems(offers: readonly Offer[], current: WantedModel): ModelItem[] {
  const usable = offers.filter((offer) => 'facts' in offer);
  const refused = offers.filter((offer) => 'refused' in offer);
  return [
    ...Object.entries(groups).flatMap(([group, heading]) =>
      under(
        heading,
        usable.filter((offer) => offer.group === group).map((offer) => usableItem(offer, current)),
      ),
    ),
    ...under('Elsewhere', [{ label: 'Another Folder…', iconPath: new vscode.ThemeIcon('folder-opened') }]),
    ...under(
      "Can't be used",
      refused.map((offer) => itemOf(offer, 'circle-slash', shortReason(offer))),
    ),
  ];
}

function under(label: string, items: ModelItem[]): ModelItem[] {
  return items.length > 0 ? [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items] : [];
}

function usableItem(offer: Offer & { facts: Facts }, current: WantedModel): ModelItem {
  return itemOf(offer, isSame(offer.model, current) ? 'check' : 'package', factsText(offer.facts));
}

function itemOf(offer: Offer, icon: string, detail: string): ModelItem {
  return { label: offer.name, description: whereText(offer), detail, iconPath: new vscode.ThemeIcon(icon), offer };
}

/** Below the workspace, or the beginning of the commit. */
function whereText({ group, model }: Place): string | undefined {
  if (typeof model === 'object') return undefined;
  return group === 'hub' ? basename(model).slice(0, 7) : vscode.workspace.asRelativePath(model);
}

/** `llama · 1.07 M parameters · apache-2.0 · fits: up to 0.41 GB of memory`. */
function factsText({ family, parameters, licence, memory, fit }: Facts): string {
  const takes = `${fit ? `${fit}: ` : ''}up to ${(memory / 1e9).toFixed(2)} GB of memory`;
  return [family, `${shortCount(parameters)} parameters`, licence, takes].filter(Boolean).join(' · ');
}

/** Why it can't be used, without the path that stands above it. */
function shortReason({ refused, model, name }: Place & { refused: string }): string {
  if (typeof model === 'object') return refused;
  return refused.replaceAll(`${model}${sep}`, '').replaceAll(model, name);
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
