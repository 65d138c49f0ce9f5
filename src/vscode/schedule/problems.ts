/** Keeps the Problems panel in step with what the experiments of the workspace say, while they are being typed. */
import * as vscode from 'vscode';
import type { Problem } from '../../dataset/model';
import { diagnosticOf } from '../diagnostics';
import type { Experiments } from '../lab';
import { textOf } from '../texts';

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

async function diagnose(experiments: Experiments, file: vscode.Uri): Promise<[vscode.Uri, vscode.Diagnostic[]]> {
  try {
    const [{ problems }, text] = await Promise.all([experiments.read(file), textOf(file)]);
    const lines = problems.length > 0 ? text.split(/\r\n|\r|\n/) : [];
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
