/**
 * Drag and drop in the Schedule view. A stage takes the place of the one it is dropped on; examples do the same within
 * their pass, which makes the order a hand-made one. Examples of other stages and of the Datasets view are taken in.
 */
import * as vscode from 'vscode';
import { examplesMime } from '../dragged';
import type { Node, NodeOf } from './nodes';
import type { EpochAt, VariantAt, Wish } from './protocol';

const stageMime = 'application/vnd.pit.stage';
const placesMime = 'application/vnd.pit.places';

interface Places {
  at: EpochAt;
  places: number[];
}

export class ScheduleDrag implements vscode.TreeDragAndDropController<Node> {
  readonly dragMimeTypes = [examplesMime, stageMime, placesMime];
  readonly dropMimeTypes = [examplesMime, stageMime, placesMime];

  /** @param make makes a change and tells the person if it can't be made */
  constructor(private readonly make: (wish: Wish) => Promise<void>) {}

  handleDrag(nodes: readonly Node[], transfer: vscode.DataTransfer): void {
    const put = (mime: string, value: unknown) =>
      transfer.set(mime, new vscode.DataTransferItem(JSON.stringify(value)));
    const [first] = nodes;
    if (first?.kind === 'stage') return put(stageMime, { ...first.at, stage: first.outline.number });
    const examples = nodes.filter((node): node is NodeOf<'example'> => node.kind === 'example');
    if (examples.length === 0) return;
    put(examplesMime, [...new Set(examples.map(({ row }) => row.id))]);
    const { at } = examples[0];
    const together = examples.every((node) => sameEpoch(node.at, at));
    if (together) put(placesMime, { at, places: examples.map(({ place }) => place) } satisfies Places);
  }

  async handleDrop(target: Node | undefined, transfer: vscode.DataTransfer): Promise<void> {
    // VS Code puts every declared type into a drag; those that say nothing are empty.
    const read = async <T>(mime: string) => {
      const text = await transfer.get(mime)?.asString();
      return text ? (JSON.parse(text) as T) : undefined;
    };
    const stage = await read<VariantAt & { stage: number }>(stageMime);
    if (stage) return this.dropStage(stage, target);
    const places = await read<Places>(placesMime);
    const ids = await read<string[]>(examplesMime);
    if (ids && target) await this.dropExamples(ids, places, target);
  }

  private async dropStage(from: VariantAt & { stage: number }, target: Node | undefined): Promise<void> {
    if (target?.kind !== 'stage' || target.at.variant !== from.variant) return;
    const to = target.outline.number;
    if (to !== from.stage) await this.make({ kind: 'move', variant: from.variant, stage: from.stage, to });
  }

  private async dropExamples(ids: string[], from: Places | undefined, target: Node): Promise<void> {
    const spot = spotOf(target);
    if (!spot) return;
    const { at, end } = spot;
    if (!from || !sameEpoch(from.at, at)) return this.make({ kind: 'put examples', ids, before: end, ...at });
    const { places } = from;
    const isDown = target.kind === 'example' && places.every((place) => place < target.place);
    const before = target.kind === 'example' && isDown ? target.place + 1 : end;
    await this.make({ kind: 'move examples', places, before, ...at });
  }
}

/** The pass that a row is about, and the place in it that a drop on the row means. */
function spotOf(target: Node): { at: EpochAt; end: number } | undefined {
  switch (target.kind) {
    case 'stage':
      return { at: { ...target.at, stage: target.outline.number, epoch: 1 }, end: Infinity };
    case 'epoch':
      return { at: target.at, end: Infinity };
    case 'step':
      return { at: target.at, end: target.to };
    case 'portion':
      return { at: target.at, end: target.of === 'examples' ? target.to : Infinity };
    case 'example':
      return { at: target.at, end: target.place };
    default:
      return undefined;
  }
}

function sameEpoch(a: EpochAt, b: EpochAt): boolean {
  return a.variant === b.variant && a.stage === b.stage && a.epoch === b.epoch;
}
