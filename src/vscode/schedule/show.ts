/** "Show What the Model Sees": finds out which example or step is meant and opens its sheet. */
import * as vscode from 'vscode';
import { UserError } from '../../errors';
import { wrongCount } from './entries';
import type { Node } from './nodes';
import { askNumber } from './picks';
import type { ScheduleSession, Shown } from './session';
import { type Sheets, sheetUri, type Subject } from './sheets';

/** A row of this view or of the Datasets view, or nothing for the place in the active editor. */
export type Meant = Node | { exampleId: string } | vscode.Uri | undefined;

/** Nothing is opened where a person was asked which step, and left. @throws UserError where nothing is there that a model could see */
export async function showSheet(
  session: ScheduleSession,
  sheets: Sheets,
  meant: Meant,
): Promise<vscode.TextEditor | undefined> {
  const shown = await session.shown();
  const subject = await subjectOf(session, shown, meant);
  if (!subject) return undefined;
  const uri = sheetUri(subject);
  await sheets.prepare(uri);
  const document = await vscode.workspace.openTextDocument(uri);
  return vscode.window.showTextDocument(document, { preview: true });
}

async function subjectOf(session: ScheduleSession, shown: Shown, meant: Meant): Promise<Subject | undefined> {
  const file = shown.file.toString();
  if (meant && 'exampleId' in meant) return { file, id: meant.exampleId };
  if (!meant || !('kind' in meant)) return { file, id: await idAtCursor(session, shown) };
  switch (meant.kind) {
    case 'example':
      return { file, id: meant.row.id, variant: meant.at.variant, stage: meant.at.stage };
    case 'step':
      return { file, at: meant.at, step: meant.step };
    case 'epoch': {
      const step = await askStep(await session.steps(shown, meant.at, meant.outline));
      return step === undefined ? undefined : { file, at: meant.at, step };
    }
    default:
      throw new UserError('Choose a document, a question, or a step of an epoch.');
  }
}

/** Which step of a pass: the view has rows for those that hold several examples, where there are several. */
async function askStep({ length }: readonly number[]): Promise<number | undefined> {
  if (length === 1) return 1;
  const prompt = `The step of this epoch, from 1 to ${length}`;
  const wrong = (text: string) => (Number(text) > length ? `There are ${length} steps.` : wrongCount(text));
  const text = await askNumber(prompt, 1, wrong);
  return text === undefined ? undefined : Number(text);
}

async function idAtCursor(session: ScheduleSession, shown: Shown): Promise<string> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) throw new UserError('Open a file with documents or questions, or choose one in a view.');
  const { document, selection } = editor;
  const id = await session.ask(shown, 'exampleAt', document.uri.fsPath, selection.active.line + 1);
  if (id !== undefined) return id;
  throw new UserError(`No document or question of ${shown.opened.name} stands here.`);
}
