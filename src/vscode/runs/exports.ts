/** Takes results out of the workspace: tables and pictures of runs, and the model of a checkpoint. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { holdsAdapter } from '../../model/adapter-file';
import { runFiles } from '../../run/folder';
import { type ExportForm, exportForms } from '../../trainer/export-forms';
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

/** Asks which checkpoint, in which form and where to, and writes the model there as other programs load it. */
export async function exportModel({ folder }: LiveRun, desk: Desk): Promise<void> {
  const { listCheckpoints } = await import('../../trainer/checkpoints');
  const chosen = await chooseCheckpoint(listCheckpoints(folder).map((checkpoint) => checkpoint.name));
  if (!chosen) return;
  const from = folder.file(runFiles.checkpoints, chosen);
  const form = await chooseForm(await holdsAdapter(from));
  if (!form) return;
  const places = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: 'Export Here',
    title: 'Where the model folder goes',
  });
  if (!places) return;
  const { name, recipe, seed } = folder.identity;
  const to = join(places[0].fsPath, `${name}-${recipe}-seed${seed}-${chosen}-${form}`);
  const options = { location: vscode.ProgressLocation.Notification, title: 'Exporting the model' };
  await vscode.window.withProgress(options, () => desk.do('exportCheckpoint', folder.path, from, to, form));
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

/** @param hasAdapters whether there is something to write in the form that holds nothing else */
async function chooseForm(hasAdapters: boolean): Promise<ExportForm | undefined> {
  const forms = (Object.keys(exportForms) as ExportForm[]).filter((form) => form !== 'peft' || hasAdapters);
  const items = forms.map((form) => {
    const { title, library, holds } = exportForms[form];
    return {
      label: title,
      description: `for ${library}`,
      detail: holds.replace(/^./, (letter) => letter.toUpperCase()),
      form,
    };
  });
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'In which form?' });
  return chosen?.form;
}
