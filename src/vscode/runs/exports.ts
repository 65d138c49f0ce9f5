/** Takes results out of the workspace: tables and pictures of runs, and the model of a checkpoint. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { runFiles } from '../../run/folder';
import type { LiveRun } from '../lab';
import { saveFile } from '../save';
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
  const name = `${chosen.format.startsWith('stages') ? 'stages' : 'comparison'}.${chosen.ending}`;
  await saveFile(name, text, runs[0].folder.path);
}

/** Asks which checkpoint and where to, and copies the model there as a folder that other programs can load. */
export async function exportModel({ folder }: LiveRun): Promise<void> {
  const { copyModel, listCheckpoints } = await import('../../trainer/checkpoints');
  const chosen = await chooseCheckpoint(listCheckpoints(folder).map((checkpoint) => checkpoint.name));
  if (!chosen) return;
  const places = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: 'Export Here',
    title: 'Where the model folder goes',
  });
  if (!places) return;
  const { name, recipe, seed } = folder.identity;
  const to = join(places[0].fsPath, `${name}-${recipe}-seed${seed}-${chosen}`);
  await copyModel(folder.file(runFiles.checkpoints, chosen), to);
  await vscode.window.showInformationMessage(`The model is in ${to}.`);
}

/** @param names in the order of training; the newest is offered first */
async function chooseCheckpoint(names: readonly string[]): Promise<string | undefined> {
  if (names.length === 0) {
    await vscode.window.showInformationMessage('This run has no checkpoint yet.');
    return undefined;
  }
  const items = names.map((name) => ({ label: name.replaceAll('-', ' '), name })).reverse();
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Which checkpoint?' });
  return chosen?.name;
}
