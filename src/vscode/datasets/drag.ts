/** Drag and drop in the Datasets view, and from it to the Schedule view, which takes the ids of examples. */
import * as vscode from 'vscode';
import { changeFor, type Dragged, draggedFrom } from './drop';
import type { Change } from '../../dataset/edit/change';
import { examplesMime } from '../dragged';
import type { Holding } from '../lab';
import type { Node } from './nodes';

const treeMime = 'application/vnd.code.tree.pit.datasets';

export class DatasetDrag implements vscode.TreeDragAndDropController<Node> {
  readonly dragMimeTypes = [examplesMime];
  readonly dropMimeTypes = [treeMime];

  /** @param make makes a change, or says why it can't be made; @param guard says what goes wrong in its work */
  constructor(
    private readonly make: (holding: Holding, change: Change) => Promise<void>,
    private readonly guard: (work: () => unknown) => Promise<void>,
  ) {}

  handleDrag(nodes: readonly Node[], transfer: vscode.DataTransfer): void {
    const dragged = draggedFrom(nodes);
    if (!dragged) return;
    const put = (mime: string, value: unknown) =>
      transfer.set(mime, new vscode.DataTransferItem(JSON.stringify(value)));
    put(treeMime, dragged);
    put(examplesMime, [...dragged.documents, ...dragged.questions]);
  }

  handleDrop(target: Node | undefined, transfer: vscode.DataTransfer): Promise<void> {
    return this.guard(async () => {
      const text = await transfer.get(treeMime)?.asString();
      if (!target || !text) return;
      const change = changeFor(JSON.parse(text) as Dragged, target);
      if (change) await this.make(target.holding, change);
    });
  }
}
