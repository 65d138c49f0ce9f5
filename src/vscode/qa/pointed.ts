/** What the place under the cursor stands for: a document of the dataset, or a question in a hand-made order. */
import * as vscode from 'vscode';
import type { RowFile } from '../../dataset/mentions/columns';
import { namingInRow } from '../../dataset/mentions/jsonl';
import { type Mention, touches } from '../../dataset/mentions/mention';
import type { Document, Question } from '../../dataset/model';
import { orderIdsIn } from '../../schedule/order-ids';
import type { Lab } from '../lab';
import { positionOf, rangeOf } from './places';
import { type Shelf, shelfBehind, shelvesWith } from './shelves';

export interface Pointed {
  range: vscode.Range;
  shelf: Shelf;
  document?: Document;
  question?: Question;
  /** Whether the place names it, rather than just standing for it. */
  isName: boolean;
}

/** What is at a position; nothing where the dataset knows no such thing. */
export async function pointedAt(
  lab: Lab,
  text: vscode.TextDocument,
  position: vscode.Position,
): Promise<Pointed | undefined> {
  if (text.fileName.endsWith('.pit.json')) return pointedInOrder(lab, text, position);
  for (const shelf of await shelvesWith(lab, text.fileName)) {
    const mentions = await mentionsNear(text, position.line, shelf.rows);
    const found = mentions.find(({ span }) => touches(span, positionOf(position)));
    const document = found && shelf.catalog.named(found.name);
    if (document) return { range: rangeOf(found.span), shelf, document, isName: !found.mark };
  }
  return undefined;
}

/** The mentions of a text, in files of rows only those of one line (from 0). */
export async function mentionsNear(text: vscode.TextDocument, line: number, file: RowFile): Promise<Mention[]> {
  if (file.format === 'qa' || file.format === 'text') return mentionsIn(text, file);
  return /\.(jsonl|ndjson)$/i.test(file.name) ? namingInRow(text.lineAt(line).text, line, file).mentions : [];
}

const known = new WeakMap<vscode.TextDocument, { version: number; name: string; mentions: Mention[] }>();

/** Read once for each version of the text. */
async function mentionsIn(text: vscode.TextDocument, file: RowFile): Promise<Mention[]> {
  const { version } = text;
  const last = known.get(text);
  if (last?.version === version && last.name === file.name) return last.mentions;
  const { namingIn } = await import('../../dataset/mentions/naming');
  const { mentions } = namingIn(text.getText(), file, []);
  known.set(text, { version, name: file.name, mentions });
  return mentions;
}

async function pointedInOrder(
  lab: Lab,
  text: vscode.TextDocument,
  position: vscode.Position,
): Promise<Pointed | undefined> {
  const at = text.offsetAt(position);
  const entry = orderIdsIn(text.getText()).find(({ offset, length }) => offset <= at && at <= offset + length);
  const shelf = entry && (await shelfBehind(lab, text.uri));
  if (!shelf) return undefined;
  const range = new vscode.Range(text.positionAt(entry.offset), text.positionAt(entry.offset + entry.length));
  const document = shelf.catalog.document(entry.id);
  const question = document ? undefined : shelf.catalog.question(entry.id);
  return document || question ? { range, shelf, document, question, isName: true } : undefined;
}
