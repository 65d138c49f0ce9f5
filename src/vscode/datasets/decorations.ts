/** Rows with problems in the colours and with the badges that files with problems have. */
import * as vscode from 'vscode';
import { counted } from '../../run/format';
import type { Problem } from '../../dataset/model';

const scheme = 'pit-problems';

/** Stands for a row with these problems; the same for all with as many. */
export function uriOf(problems: readonly Problem[]): vscode.Uri {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return vscode.Uri.from({ scheme, path: `/${errors}/${problems.length - errors}` });
}

export const problemDecorations: vscode.FileDecorationProvider = {
  provideFileDecoration(uri) {
    if (uri.scheme !== scheme) return undefined;
    const [errors, warnings] = uri.path.slice(1).split('/').map(Number);
    const count = errors + warnings;
    const colour = new vscode.ThemeColor(errors > 0 ? 'list.errorForeground' : 'list.warningForeground');
    const words = errors > 0 ? counted(count, 'problem') : counted(warnings, 'warning');
    return new vscode.FileDecoration(count > 9 ? '9+' : String(count), words, colour);
  },
};
