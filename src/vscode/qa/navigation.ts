/** Going from a name to its document, and from a document to the questions about it. */
import * as vscode from 'vscode';
import { orderIdsIn } from '../../schedule/order-ids';
import type { Lab } from '../lab';
import { textOf } from '../texts';
import { locationOf } from './places';
import { pointedAt } from './pointed';
import { experimentsOn, type Shelf } from './shelves';

export class DocumentDefinitions implements vscode.DefinitionProvider {
  constructor(private readonly lab: Lab) {}

  async provideDefinition(
    text: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.LocationLink[] | undefined> {
    const pointed = await pointedAt(this.lab, text, position);
    const target = pointed?.document ?? pointed?.question;
    if (!target) return undefined;
    const { uri, range } = locationOf(target.source);
    return [{ originSelectionRange: pointed?.range, targetUri: uri, targetRange: range }];
  }
}

export class QuestionReferences implements vscode.ReferenceProvider {
  constructor(private readonly lab: Lab) {}

  async provideReferences(
    text: vscode.TextDocument,
    position: vscode.Position,
    { includeDeclaration }: vscode.ReferenceContext,
  ): Promise<vscode.Location[] | undefined> {
    const pointed = await pointedAt(this.lab, text, position);
    if (!pointed?.document) return undefined;
    const { document, shelf } = pointed;
    const questions = shelf.catalog.questionsOf(document.id);
    const sources = [...(includeDeclaration ? [document] : []), ...questions].map(({ source }) => source);
    return [...sources.map(locationOf), ...(await inOrders(this.lab, shelf, document.id))];
  }
}

async function inOrders(lab: Lab, shelf: Shelf, id: string): Promise<vscode.Location[]> {
  const found = await Promise.all(
    (await experimentsOn(lab, shelf.holding)).map(async (file) => {
      if (orderIdsIn(await textOf(file)).every((entry) => entry.id !== id)) return [];
      const text = await vscode.workspace.openTextDocument(file);
      return orderIdsIn(text.getText())
        .filter((entry) => entry.id === id)
        .map(({ offset, length }) => new vscode.Range(text.positionAt(offset), text.positionAt(offset + length)))
        .map((range) => new vscode.Location(file, range));
    }),
  );
  return found.flat();
}
