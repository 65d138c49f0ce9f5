/** The rows of the Schedule view as values, and how many of them are cut into portions. Pure. */
import type { EpochAt, Row, StageOutline, VariantAt, VariantOutline } from './protocol';

export type Node =
  /** A sentence in the place of other rows; a problem says where it is. */
  | { kind: 'note'; under: string; text: string; line?: number; column?: number }
  | { kind: 'variant'; at: VariantAt; outline: VariantOutline; only: boolean }
  | { kind: 'stage'; at: VariantAt; outline: StageOutline }
  | { kind: 'epoch'; at: EpochAt; outline: StageOutline }
  /** A portion of the epochs of a stage, or of the steps or examples of a pass; `to` is behind the last. */
  | {
      kind: 'portion';
      of: 'epochs' | 'steps' | 'examples';
      at: EpochAt;
      outline: StageOutline;
      from: number;
      to: number;
    }
  /** A step, from 1, with the examples of the pass that it holds. */
  | { kind: 'step'; at: EpochAt; outline: StageOutline; step: number; from: number; to: number }
  | { kind: 'example'; at: EpochAt; outline: StageOutline; row: Row; place: number };

export type NodeOf<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>;

/** Rows below one row, and portions below one portion. */
export const portionSize = 200;

/** Ranges that divide a long range, as few as can be; undefined where it is short enough to be shown whole. */
export function portions(from: number, to: number): [number, number][] | undefined {
  if (to - from <= portionSize) return undefined;
  let size = portionSize;
  while ((to - from) / size > portionSize) size *= portionSize;
  const count = Math.ceil((to - from) / size);
  return Array.from({ length: count }, (_, part) => [from + part * size, Math.min(to, from + (part + 1) * size)]);
}

/** Stays the same while the row is the same row, so that what is open stays open. */
export function keyOf(node: Node): string {
  switch (node.kind) {
    case 'note':
      return `${node.under}/note ${node.text}`;
    case 'variant':
      return `${node.at.variant}`;
    case 'stage':
      return `${node.at.variant}/${node.outline.number}`;
    case 'epoch':
      return epochKey(node.at);
    case 'portion':
      return `${epochKey(node.at)}/${node.of} ${node.from}-${node.to}`;
    case 'step':
      return `${epochKey(node.at)}/${node.step}`;
    case 'example':
      return `${epochKey(node.at)}/place ${node.place}`;
  }
}

function epochKey({ variant, stage, epoch }: EpochAt): string {
  return `${variant}/${stage}/${epoch}`;
}
