/** Models as the rows of a list: what stands where, and what is said of each. Pure. */
import { basename, sep } from 'node:path';
import { fileSize, shortCount } from '../../run/format';
import type { WantedModel } from '../../schedule/edit-settings';
import type { Outlook } from '../../trainer/fit';
import { type Facts, isSame, type Offer, type Place } from './protocol';

/** An offer, or something that is asked for first. */
export type Choice = { kind: 'offer'; offer: Offer } | { kind: 'hub' | 'gguf' | 'folder' };

export interface ModelRow {
  label: string;
  description?: string;
  detail?: string;
  /** A codicon. */
  icon: string;
  choice: Choice;
}

export interface Section {
  heading: string;
  rows: ModelRow[];
}

const groups: Record<Place['group'], string> = {
  preset: 'From random initialisation',
  folder: 'Folders of the workspace',
  gguf: 'GGUF files of the workspace',
  checkpoint: 'Checkpoints of finished runs',
  hub: 'Downloaded from the Hugging Face hub',
};

const elsewhere: ModelRow[] = [
  {
    label: 'From the Hub…',
    detail: 'Asks for OWNER/NAME. Nothing is downloaded before you agree.',
    icon: 'cloud-download',
    choice: { kind: 'hub' },
  },
  { label: 'Another GGUF File…', icon: 'file-binary', choice: { kind: 'gguf' } },
  { label: 'Another Folder…', icon: 'folder-opened', choice: { kind: 'folder' } },
];

/**
 * By group; last what is elsewhere, and what can't be used with the reason.
 * @param shorten a path as people of the workspace know it
 */
export function modelSections(
  offers: readonly Offer[],
  current: WantedModel,
  shorten: (path: string) => string,
): Section[] {
  const usable = offers.filter((offer) => 'facts' in offer);
  const refused = offers.filter((offer) => 'refused' in offer);
  const rowOf = (offer: Offer, icon: string, detail: string): ModelRow => {
    const description = whereText(offer, shorten);
    return { label: offer.name, description, detail, icon, choice: { kind: 'offer', offer } };
  };
  const usableRow = (offer: Offer & { facts: Facts }) =>
    rowOf(offer, isSame(offer.model, current) ? 'check' : 'package', detailOf(offer.facts, shorten));
  const sections = [
    ...Object.entries(groups).map(([group, heading]) => ({
      heading,
      rows: usable.filter((offer) => offer.group === group).map(usableRow),
    })),
    { heading: 'Elsewhere', rows: elsewhere },
    { heading: "Can't be used", rows: refused.map((offer) => rowOf(offer, 'circle-slash', shortReason(offer))) },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

/** Below the workspace, or the beginning of the commit. */
function whereText({ group, model }: Place, shorten: (path: string) => string): string | undefined {
  if (typeof model === 'object') return undefined;
  return group === 'hub' ? basename(model).slice(0, 7) : shorten(model);
}

function detailOf(facts: Facts, shorten: (path: string) => string): string {
  const { becomes } = facts;
  return becomes?.isThere ? `${factsText(facts)} · imported: ${shorten(becomes.folder)}` : factsText(facts);
}

/** `llama · 1.07 M parameters · 4.3 MB · apache-2.0 · fits: up to 0.41 GB of memory`. */
export function factsText({ family, parameters, bytes, licence, outlook }: Facts): string {
  const takes = outlook && outlookText(outlook);
  return [family, `${shortCount(parameters)} parameters`, fileSize(bytes), licence, takes].filter(Boolean).join(' · ');
}

/** `may not fit into each of 2 GPUs: up to 41.20 GB of memory`. */
function outlookText({ memory, fit, where }: Outlook): string {
  const fits = fit && `${[fit, where].filter(Boolean).join(' into ')}: `;
  return `${fits ?? ''}up to ${(memory / 1e9).toFixed(2)} GB of memory${!fit && where ? ` of ${where}` : ''}`;
}

/** Why it can't be used, without the path that stands above it. */
function shortReason({ refused, model, name }: Place & { refused: string }): string {
  if (typeof model === 'object') return refused;
  return refused.replaceAll(`${model}${sep}`, '').replaceAll(model, name);
}
