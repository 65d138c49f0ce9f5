/** Makes changes of datasets in their files: one workspace edit each, so that one undo takes it back. */
import * as vscode from 'vscode';
import type { Change, FileEdit } from '../../dataset/edit/change';
import { messageOf, UserError } from '../../errors';
import { makeEdit, textEditsIn } from '../edits';
import type { Holding, Library } from '../lab';

/** @throws UserError for what can't be so, and where the texts are changed at the same time */
export async function applyChange(library: Library, holding: Holding, change: Change): Promise<void> {
  const { dataset } = await library.load(holding);
  const read = new Texts();
  const [{ editDataset }, { filesOf }] = await Promise.all([
    import('../../dataset/edit/edit'),
    import('../../dataset/files'),
  ]);
  const files = await filesOf(holding.sources);
  const edits = await editDataset(
    { dataset, sources: holding.sources, files, read: (file) => read.text(file) },
    change,
  );
  const isSame = (await library.load(holding)).dataset === dataset;
  if (!isSame || read.haveChanged) throw new UserError('The files have changed meanwhile: nothing was done.');
  if (edits.length === 0) return;
  await makeEdit(await workspaceEdit(edits));
}

/** Texts as editors hold them. */
class Texts {
  private readonly read = new Map<vscode.TextDocument, number>();

  async text(file: string): Promise<string> {
    const document = await openText(file);
    this.read.set(document, document.version);
    return document.getText();
  }

  get haveChanged(): boolean {
    return [...this.read].some(([document, version]) => document.version !== version);
  }
}

async function openText(file: string): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(file);
  } catch (error) {
    throw new UserError(`VS Code cannot open ${file} as text: ${messageOf(error)}`);
  }
}

async function workspaceEdit(edits: readonly FileEdit[]): Promise<vscode.WorkspaceEdit> {
  const whole = new vscode.WorkspaceEdit();
  for (const edit of edits) {
    const uri = vscode.Uri.file(edit.file);
    if (edit.kind === 'create') whole.createFile(uri, { contents: new TextEncoder().encode(edit.text) });
    else if (edit.kind === 'delete') whole.deleteFile(uri);
    else whole.set(uri, textEditsIn(await vscode.workspace.openTextDocument(uri), edit.edits));
  }
  return whole;
}
