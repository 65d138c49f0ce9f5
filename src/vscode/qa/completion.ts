/** Ids of documents, splits, domains and fields where a `.qa` text, a row or a hand-made order wants one. */
import { getLocation } from 'jsonc-parser';
import * as vscode from 'vscode';
import { escapeLine } from '../../dataset/formats/qa-syntax';
import type { RowFile } from '../../dataset/mentions/columns';
import type { Document } from '../../dataset/model';
import { documentsLike, type Expected, expectedAt, placesIn, questionsLike } from '../../dataset/qa-completion';
import { layoutOf } from '../../dataset/rows';
import type { Lab } from '../lab';
import { aboutDocument } from './hover';
import { type Shelf, shelfBehind, shelvesWith } from './shelves';

/** More are found by typing on. */
const longest = 200;
const splits = ['train', 'test', 'base'];

export class QaCompletions implements vscode.CompletionItemProvider {
  constructor(private readonly lab: Lab) {}

  async provideCompletionItems(text: vscode.TextDocument, position: vscode.Position) {
    const before = text.getText(new vscode.Range(new vscode.Position(0, 0), position)).split(/\r?\n/);
    const expected = expectedAt(before);
    if (!expected) return undefined;
    const range = new vscode.Range(position.with({ character: expected.column }), text.lineAt(position).range.end);
    if (expected.what === 'fields') return fieldItems(expected.fields, range);
    const [shelf] = await shelvesWith(this.lab, text.fileName);
    if (expected.what === 'documents') return shelf && documentItems(shelf, expected.typed, range, escapeLine);
    return placeItems(expected.what, range, shelf);
  }
}

export class RowCompletions implements vscode.CompletionItemProvider {
  constructor(private readonly lab: Lab) {}

  async provideCompletionItems(text: vscode.TextDocument, position: vscode.Position) {
    if (text.fileName.endsWith('.pit.json')) return this.inOrder(text, position);
    const line = text.lineAt(position).text;
    const value = stringAt(
      line,
      position.character,
      ([column, ...below]) => typeof column === 'string' && !below.length,
    );
    if (!value) return undefined;
    const [shelf] = await shelvesWith(this.lab, text.fileName);
    if (!shelf || value.path[0] !== documentColumn(shelf.rows)) return undefined;
    const range = new vscode.Range(position.line, value.start, position.line, value.end);
    return documentItems(shelf, value.typed, range, JSON.stringify);
  }

  private async inOrder(text: vscode.TextDocument, position: vscode.Position) {
    const value = stringAt(
      text.getText(),
      text.offsetAt(position),
      (path) => path[0] === 'stages' && path[2] === 'order',
    );
    const shelf = value && (await shelfBehind(this.lab, text.uri));
    if (!shelf) return undefined;
    const range = new vscode.Range(text.positionAt(value.start), text.positionAt(value.end));
    const { items, isIncomplete } = documentItems(shelf, value.typed, range, JSON.stringify);
    const questions = questionsLike(value.typed, shelf.loaded.dataset.questions, longest);
    for (const { id, question } of questions) {
      const item = new vscode.CompletionItem({ label: id, description: question }, vscode.CompletionItemKind.Field);
      items.push(Object.assign(item, { range, insertText: JSON.stringify(id), filterText: JSON.stringify(id) }));
    }
    return new vscode.CompletionList(items, isIncomplete || questions.length === longest);
  }
}

interface Value {
  path: (string | number)[];
  /** Where the value stands, and what of it has been typed. */
  start: number;
  end: number;
  typed: string;
}

/** The value at a place of a JSON text, if its path is one that is wanted. */
function stringAt(text: string, offset: number, wanted: (path: Value['path']) => boolean): Value | undefined {
  const { path, previousNode: node, isAtPropertyKey } = getLocation(text, offset);
  if (isAtPropertyKey || !wanted(path)) return undefined;
  const isInside = node && node.offset <= offset && offset <= node.offset + node.length;
  const [start, end] = isInside ? [node.offset, node.offset + node.length] : [offset, offset];
  return { path, start, end, typed: text.slice(start, offset).replace(/^"/, '') };
}

/** The column with the document of a question. In `doc.jsonl` ids are given, not looked up. */
function documentColumn({ format, name, columns }: RowFile): string | undefined {
  if (format === 'wiki') return /doc\.jsonl$/i.test(name) ? undefined : 'wiki_id';
  return format === 'table' ? layoutOf(columns).document : undefined;
}

function documentItems(
  { catalog, loaded }: Shelf,
  typed: string,
  range: vscode.Range,
  write: (id: string) => string,
): vscode.CompletionList {
  const documents = documentsLike(typed, loaded.dataset.documents, longest);
  const items = documents.map((document) => documentItem(document, catalog.questionsOf(document.id).length, write));
  for (const item of items) item.range = range;
  return new vscode.CompletionList(items, documents.length === longest);
}

function documentItem(document: Document, questions: number, write: (id: string) => string): vscode.CompletionItem {
  const { id, title } = document;
  const label = { label: id, ...(title === id ? {} : { description: title }) };
  const item = new vscode.CompletionItem(label, vscode.CompletionItemKind.Reference);
  item.insertText = write(id);
  item.filterText = `${write(id)} ${title}`;
  item.documentation = aboutDocument(document, questions);
  return item;
}

function fieldItems(fields: (Expected & { what: 'fields' })['fields'], range: vscode.Range): vscode.CompletionItem[] {
  return fields.map((field) => {
    const item = new vscode.CompletionItem(field, vscode.CompletionItemKind.Property);
    item.insertText = `${field}: `;
    item.range = range;
    item.command = { title: 'Suggest', command: 'editor.action.triggerSuggest' };
    return item;
  });
}

/** Splits have names that are known everywhere. */
function placeItems(field: 'split' | 'domain', range: vscode.Range, shelf?: Shelf): vscode.CompletionItem[] {
  const used = shelf ? placesIn(shelf.loaded.dataset, field) : [];
  const names = new Set([...used, ...(field === 'split' ? splits : [])]);
  return [...names].map((name) => {
    const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.EnumMember);
    item.insertText = escapeLine(name);
    item.range = range;
    return item;
  });
}
