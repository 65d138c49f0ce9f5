/** How problems stand in the Problems panel. */
import * as vscode from 'vscode';
import type { Problem } from '../dataset/model';

/** @param range what is marked: a problem knows only where it begins */
export function diagnosticOf(
  { severity, message, field }: Pick<Problem, 'severity' | 'message' | 'field'>,
  range: vscode.Range,
): vscode.Diagnostic {
  const { Error, Warning } = vscode.DiagnosticSeverity;
  const diagnostic = new vscode.Diagnostic(range, message, severity === 'error' ? Error : Warning);
  diagnostic.source = 'PIT';
  if (field) diagnostic.code = field;
  return diagnostic;
}
