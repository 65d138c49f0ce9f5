/** The problems of every dataset in the Problems panel, each once, also while a text is being written. */
import * as vscode from 'vscode';
import type { Problem } from '../../dataset/model';
import { diagnosticOf } from '../diagnostics';
import type { Lab } from '../lab';

/** To the end of its line, however long that is. */
const lineEnd = 100_000;
/** Milliseconds until the datasets are read for the first time: a window has better things to do when it opens. */
const start = 1000;

export function showProblems({ library, log }: Pick<Lab, 'library' | 'log'>): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('pit.datasets');
  let latest = 0;
  const refresh = async () => {
    const own = ++latest;
    const holdings = await library.holdings();
    const loaded = await Promise.all(holdings.map((holding) => library.load(holding)));
    if (own !== latest) return;
    publish(
      loaded.flatMap(({ problems }) => problems),
      collection,
    );
  };
  const guarded = () => void refresh().catch((error) => log.error(error as Error));
  const timer = setTimeout(guarded, start);
  return vscode.Disposable.from(collection, library.onDidChange(guarded), { dispose: () => clearTimeout(timer) });
}

function publish(problems: readonly Problem[], collection: vscode.DiagnosticCollection): void {
  const files = new Map<string, Map<string, vscode.Diagnostic>>();
  for (const problem of problems) {
    const known = files.get(problem.file) ?? new Map<string, vscode.Diagnostic>();
    known.set(`${problem.line}:${problem.column} ${problem.message}`, toDiagnostic(problem));
    files.set(problem.file, known);
  }
  const entries = [...files].map(([file, found]): [vscode.Uri, vscode.Diagnostic[]] => [
    vscode.Uri.file(file),
    [...found.values()],
  ]);
  collection.forEach((uri) => !files.has(uri.fsPath) && collection.delete(uri));
  collection.set(entries);
}

function toDiagnostic(problem: Problem): vscode.Diagnostic {
  const { line, column } = problem;
  return diagnosticOf(problem, new vscode.Range(line - 1, column - 1, line - 1, lineEnd));
}
