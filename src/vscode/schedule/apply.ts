/** Makes changes in the experiment's file: one workspace edit each, so that one undo takes it back. */
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { makeEdit, textEditsIn } from '../edits';
import { applyEdits } from '../../dataset/edit/text';
import { UserError } from '../../errors';
import type { Edited } from '../../schedule/edit';
import type { Experiments } from '../lab';
import type { Wish } from './protocol';
import type { ScheduleSession, Shown } from './session';

const replaceAll = 'Replace Them';
const newFile = 'Write a New File';

/** @throws UserError for what can't be so, and while the file is no experiment */
export async function applyWish(session: ScheduleSession, experiments: Experiments, wish: Wish): Promise<void> {
  const shown = await session.shown();
  const document = await vscode.workspace.openTextDocument(shown.file);
  const { version } = document;
  const text = document.getText();
  if ('epoch' in wish && text !== shown.told.text) throw new UserError('The order has just changed: do it again.');
  const edited = await session.ask({ ...shown, told: { ...shown.told, text } }, 'edit', wish);
  const choice = edited.dropped ? await askAbout(edited) : replaceAll;
  if (choice === newFile) return writeNewFile(experiments, shown, applyEdits(text, edited.edits), wish);
  if (choice !== replaceAll) return;
  if (document.version !== version) throw new UserError('The file has changed meanwhile: nothing was done.');
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, textEditsIn(document, edited.edits));
  await makeEdit(edit);
  if (edited.note) void vscode.window.showInformationMessage(edited.note);
}

/** What goes along with the change is not for a machine to decide. */
function askAbout({ note, dropped }: Edited): Thenable<string | undefined> {
  const names = dropped!.join(', ');
  const detail = `The file compares recipes, and a file has recipes or stages. Other variants in it: ${names}.`;
  const choices = note ? [newFile, replaceAll] : [replaceAll];
  const message = note
    ? 'No recipe says this: the stages have to be written out.'
    : `This takes the place of ${names}.`;
  return vscode.window.showWarningMessage(message, { modal: true, ...(note && { detail }) }, ...choices);
}

/** The change in a file of its own, beside the one that stays as it is. */
async function writeNewFile(
  experiments: Experiments,
  { file, opened }: Shown,
  text: string,
  wish: Wish,
): Promise<void> {
  const variant = 'variant' in wish ? opened.variants[wish.variant ?? 0].name : 'stages';
  const { setFields } = await import('../../schedule/edit-values');
  const stem = `${basename(file.fsPath, '.pit.json')}-${variant.replace(/\s+/g, '-')}`;
  const [target, name] = await freeName(dirname(file.fsPath), stem);
  const contents = applyEdits(text, setFields(text, [], { name }, ['$schema', 'name']));
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(target, { contents: new TextEncoder().encode(contents) });
  await vscode.workspace.applyEdit(edit);
  experiments.activate(target);
  await vscode.window.showTextDocument(target);
}

async function freeName(folder: string, stem: string): Promise<[vscode.Uri, string]> {
  for (let copy = 1; ; copy++) {
    const name = copy === 1 ? stem : `${stem}-${copy}`;
    const file = vscode.Uri.file(join(folder, `${name}.pit.json`));
    const taken = await vscode.workspace.fs.stat(file).then(
      () => true,
      () => false,
    );
    if (!taken) return [file, name];
  }
}
