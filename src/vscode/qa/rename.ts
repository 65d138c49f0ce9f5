/** Renaming a document wherever its datasets and the experiments on them name it, in one edit. */
import * as vscode from 'vscode';
import type { Renaming } from '../../dataset/mentions/rename';
import type { Document } from '../../dataset/model';
import { UserError } from '../../errors';
import { orderIdsIn } from '../../schedule/order-ids';
import type { Lab } from '../lab';
import { textOf } from '../texts';
import { rangeOf } from './places';
import { type Pointed, pointedAt } from './pointed';
import { experimentsOn, type Shelf, shelvesWith } from './shelves';

export class DocumentRenames implements vscode.RenameProvider {
  constructor(private readonly lab: Lab) {}

  async prepareRename(text: vscode.TextDocument, position: vscode.Position) {
    const { range, document } = await this.named(text, position);
    return { range, placeholder: document.id };
  }

  async provideRenameEdits(text: vscode.TextDocument, position: vscode.Position, name: string) {
    const { document } = await this.named(text, position);
    const edit = new OnceEdit();
    for (const shelf of await shelvesWith(this.lab, document.source.file)) {
      const same = shelf.catalog.document(document.id);
      if (same?.source.file === document.source.file) await this.renameIn(shelf, same, name.trim(), edit);
    }
    return edit.whole;
  }

  private async named(text: vscode.TextDocument, position: vscode.Position): Promise<Pointed & { document: Document }> {
    const pointed = await pointedAt(this.lab, text, position);
    if (pointed?.isName && pointed.document) return { ...pointed, document: pointed.document };
    throw new UserError('Put the cursor on the id or the heading of a document.');
  }

  private async renameIn(shelf: Shelf, document: Document, to: string, edit: OnceEdit): Promise<void> {
    const { holding, catalog, loaded } = shelf;
    const [{ renameDocument }, { filesOf }] = await Promise.all([
      import('../../dataset/mentions/rename'),
      import('../../dataset/files'),
    ]);
    const files = await filesOf(holding.sources);
    const searched = {
      catalog,
      problems: loaded.problems,
      files,
      read: (file: string) => textOf(vscode.Uri.file(file)),
    };
    const renaming = await renameDocument(document, to, searched);
    for (const { file, span, text } of renaming.edits) edit.replace(vscode.Uri.file(file), rangeOf(span), text);
    for (const file of await experimentsOn(this.lab, holding)) await renameInOrders(file, renaming, edit);
  }
}

/** Ids of the document and of questions that get theirs from it. */
async function renameInOrders(file: vscode.Uri, { ids }: Renaming, edit: OnceEdit): Promise<void> {
  const isRenamed = ({ id }: { id: string }) => ids.has(id);
  if (!orderIdsIn(await textOf(file)).some(isRenamed)) return;
  const text = await vscode.workspace.openTextDocument(file);
  for (const { id, offset, length } of orderIdsIn(text.getText()).filter(isRenamed)) {
    const range = new vscode.Range(text.positionAt(offset), text.positionAt(offset + length));
    edit.replace(file, range, JSON.stringify(ids.get(id)));
  }
}

/** An edit that takes each place once: two datasets may share a file. */
class OnceEdit {
  readonly whole = new vscode.WorkspaceEdit();
  private readonly places = new Set<string>();

  replace(uri: vscode.Uri, range: vscode.Range, text: string): void {
    const place = JSON.stringify([uri.toString(), range]);
    if (!this.places.has(place)) this.whole.replace(uri, range, text);
    this.places.add(place);
  }
}
