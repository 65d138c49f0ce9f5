/** Keeps the Problems panel in step with what the experiments of the workspace say, while they are being typed. */
import * as vscode from 'vscode';
import type { Problem } from '../../dataset/model';
import { diagnosticOf } from '../diagnostics';
import type { Experiments } from '../lab';
import { textOf } from '../texts';
import type { Node } from './nodes';
import type { ScheduleSession } from './session';

/** Shows what is wrong with every experiment until disposed. */
export function showProblems(experiments: Experiments): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('pit.experiments');
  let latest = 0;
  const refresh = async () => {
    const turn = ++latest;
    const found = await Promise.all((await experiments.files()).map((file) => diagnose(experiments, file)));
    if (turn !== latest) return;
    collection.clear();
    collection.set(found);
  };
  return vscode.Disposable.from(collection, experiments.onDidChange(refresh));
}

/** Shows what the data of the active experiment can't fill, while the view shows that experiment. */
export function showFaults(view: vscode.TreeView<Node>, session: ScheduleSession): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('pit.schedule');
  let latest = 0;
  const refresh = async () => {
    if (!view.visible) return;
    const turn = ++latest;
    const found = await faultsOf(session).catch(() => undefined);
    if (turn !== latest) return;
    collection.clear();
    if (found) collection.set(...found);
  };
  return vscode.Disposable.from(collection, session.onDidChange(refresh), view.onDidChangeVisibility(refresh));
}

/** Nothing of a file that can't be read as it is now, nor of data with errors: most of it would be their consequence. */
async function faultsOf(session: ScheduleSession): Promise<[vscode.Uri, vscode.Diagnostic[]] | undefined> {
  const { shown, problems } = await session.state();
  if (!shown || problems.length + shown.dataProblems.length > 0) return undefined;
  const lines = linesOf(shown.told.text);
  const faults = await session.ask(shown, 'faults');
  return [shown.file, faults.map((problem) => toDiagnostic(problem, lines[problem.line - 1] ?? ''))];
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

async function diagnose(experiments: Experiments, file: vscode.Uri): Promise<[vscode.Uri, vscode.Diagnostic[]]> {
  try {
    const [{ problems }, text] = await Promise.all([experiments.read(file), textOf(file)]);
    const lines = problems.length > 0 ? linesOf(text) : [];
    return [file, problems.map((problem) => toDiagnostic(problem, lines[problem.line - 1] ?? ''))];
  } catch {
    // It went between the search and the reading; the search that follows leaves it out.
    return [file, []];
  }
}

/** Marks the value or field at the problem's place: up to the next comma, bracket or end of line. */
function toDiagnostic(problem: Problem, text: string): vscode.Diagnostic {
  const { line, column } = problem;
  const start = column - 1;
  const length = /^("(\\.|[^"\\])*"?|[^,\]}\s]+|)/.exec(text.slice(start))![0].length;
  return diagnosticOf(problem, new vscode.Range(line - 1, start, line - 1, start + Math.max(1, length)));
}
