/** Takes results out of the workspace: tables and pictures of runs, and the model of a checkpoint. */
import { cp, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { runFiles } from '../../run/folder';
import type { LiveRun } from '../lab';
import type { Desk } from './desk';
import type { Format } from './jobs';

interface FormatItem extends vscode.QuickPickItem {
  format: Format;
  ending: string;
}

const formats: FormatItem[] = [
  { label: 'Comparison as CSV', detail: 'One row a recipe, fractions from 0 to 1', format: 'csv', ending: 'csv' },
  { label: 'Comparison as Markdown', format: 'markdown', ending: 'md' },
  { label: 'Comparison as LaTeX', detail: 'For the booktabs package', format: 'latex', ending: 'tex' },
  { label: 'Comparison as a Page', detail: 'HTML with tables and pictures', format: 'html', ending: 'html' },
  { label: 'Perplexity against EM as a Picture', detail: 'SVG', format: 'svg', ending: 'svg' },
  { label: 'Stages as CSV', detail: 'One row for each stage of each run', format: 'stages-csv', ending: 'csv' },
  { label: 'Stages as LaTeX', format: 'stages-latex', ending: 'tex' },
];

/** Asks for format and file, and writes it. */
export async function exportTable(runs: readonly LiveRun[], desk: Desk): Promise<void> {
  const chosen = await vscode.window.showQuickPick(formats, { placeHolder: 'Export as' });
  if (!chosen) return;
  const text = await desk.do(
    'table',
    runs.map(({ folder }) => folder.path),
    chosen.format,
  );
  const out = dirname(runs[0].folder.path);
  const name = `${chosen.format.startsWith('stages') ? 'stages' : 'comparison'}.${chosen.ending}`;
  const file = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.file(join(out, name)) });
  if (!file) return;
  await vscode.workspace.fs.writeFile(file, Buffer.from(text));
  const open = 'Open';
  const answer = await vscode.window.showInformationMessage(`Written: ${vscode.workspace.asRelativePath(file)}`, open);
  if (answer === open) await vscode.commands.executeCommand('vscode.open', file);
}

/** Asks which checkpoint and where to, and copies the model there as a folder that other programs can load. */
export async function exportModel({ folder }: LiveRun): Promise<void> {
  const from = await chooseCheckpoint(folder.file(runFiles.checkpoints));
  if (!from) return;
  const places = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: 'Export Here',
    title: 'Where the model folder goes',
  });
  if (!places) return;
  const { name, recipe, seed } = folder.identity;
  const to = join(places[0].fsPath, `${name}-${recipe}-seed${seed}-${basename(from)}`);
  await copyModel(from, to);
  await vscode.window.showInformationMessage(`The model is in ${to}.`);
}

/** Copies a checkpoint without what only training needs. Refuses to write over anything. */
export async function copyModel(from: string, to: string): Promise<void> {
  const isModel = (file: string) => !['optimizer.safetensors', 'cursor.json'].includes(basename(file));
  await cp(from, to, { recursive: true, filter: isModel, errorOnExist: true, force: false });
}

/** The newest first. */
async function chooseCheckpoint(at: string): Promise<string | undefined> {
  const names = (await readdir(at)).filter((name) => !name.endsWith('.unfinished'));
  const inOrder = names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (inOrder.length === 0) {
    await vscode.window.showInformationMessage('This run has no checkpoint yet.');
    return undefined;
  }
  const items = inOrder.map((name) => ({ label: name.replaceAll('-', ' '), name }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Which checkpoint?' });
  return chosen && join(at, chosen.name);
}
