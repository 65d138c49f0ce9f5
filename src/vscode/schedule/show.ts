/** "Show What the Model Sees": finds out which example or step is meant and opens its sheet. */
import * as vscode from 'vscode';
import { UserError } from '../../errors';
import type { Node } from './nodes';
import type { ScheduleSession, Shown } from './session';
import { type Sheets, sheetUri, type Subject } from './sheets';

/** A row of this view or of the Datasets view, or nothing for the place in the active editor. */
export type Meant = Node | { exampleId: string } | vscode.Uri | undefined;

/** @throws UserError where nothing is there that a model could see */
export async function showSheet(session: ScheduleSession, sheets: Sheets, meant: Meant): Promise<vscode.TextEditor> {
  const shown = await session.shown();
  const uri = sheetUri(await subjectOf(session, shown, meant));
  await sheets.prepare(uri);
  const document = await vscode.workspace.openTextDocument(uri);
  return vscode.window.showTextDocument(document, { preview: true });
}

async function subjectOf(session: ScheduleSession, shown: Shown, meant: Meant): Promise<Subject> {
  const file = shown.file.toString();
  if (meant && 'exampleId' in meant) return { file, id: meant.exampleId };
  if (!meant || !('kind' in meant)) return { file, id: await idAtCursor(session, shown) };
  switch (meant.kind) {
    case 'example':
      return { file, id: meant.row.id, variant: meant.at.variant, stage: meant.at.stage };
    case 'step':
      return { file, at: meant.at, step: meant.step };
    case 'epoch':
      return { file, at: meant.at, step: 1 };
    default:
      throw new UserError('Choose a document, a question, or a step of an epoch.');
  }
}

async function idAtCursor(session: ScheduleSession, shown: Shown): Promise<string> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) throw new UserError('Open a file with documents or questions, or choose one in a view.');
  const { document, selection } = editor;
  const id = await session.ask(shown, 'exampleAt', document.uri.fsPath, selection.active.line + 1);
  if (id !== undefined) return id;
  throw new UserError(`No document or question of ${shown.opened.name} stands here.`);
}
