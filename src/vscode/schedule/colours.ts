/** Colours the tokens of the sheets that are in sight by their loss weight; only the lines that can be seen. */
import * as vscode from 'vscode';
import { type Look, looks, spansOf } from './sheet';
import { type Sheets, sheetScheme } from './sheets';

/** Lines coloured above and below what can be seen. */
const margin = 50;

export class Colours implements vscode.Disposable {
  /** Two of each look, in turn: neighbours of one type would run into each other. */
  private readonly types: Record<Look, vscode.TextEditorDecorationType>[];
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly sheets: Sheets) {
    this.types = [decorationTypes(), decorationTypes()];
    this.subscriptions = [
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach((editor) => this.colour(editor))),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.colour(textEditor)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.colourAll(document)),
    ];
  }

  dispose(): void {
    for (const disposable of [...this.subscriptions, ...this.types.flatMap(Object.values)]) disposable.dispose();
  }

  private colourAll(document: vscode.TextDocument): void {
    for (const editor of vscode.window.visibleTextEditors) if (editor.document === document) this.colour(editor);
  }

  private colour(editor: vscode.TextEditor): void {
    if (editor.document.uri.scheme !== sheetScheme) return;
    const sheet = this.sheets.get(editor.document.uri);
    if (!sheet) return;
    const first = editor.visibleRanges[0]?.start.line ?? 0;
    const last = editor.visibleRanges.at(-1)?.end.line ?? 0;
    const spans = spansOf(sheet, first - margin, last + margin);
    for (const [turn, types] of this.types.entries()) {
      for (const look of looks) {
        const chosen = spans.filter((span, token) => span.look === look && token % 2 === turn);
        const ranges = chosen.map(({ line, start, end }) => new vscode.Range(line, start, line, end));
        editor.setDecorations(types[look], ranges);
      }
    }
  }
}

function decorationTypes(): Record<Look, vscode.TextEditorDecorationType> {
  return Object.fromEntries(looks.map((look) => [look, decorationType(look)])) as ReturnType<typeof decorationTypes>;
}

function decorationType(look: Look): vscode.TextEditorDecorationType {
  // A hairline before each token shows where it begins, also where colours are off.
  const edge = { borderStyle: 'solid', borderWidth: '0 0 0 1px', borderColor: new vscode.ThemeColor('pit.tokenEdge') };
  if (look === 'read') return vscode.window.createTextEditorDecorationType(edge);
  if (look === 'cut')
    return vscode.window.createTextEditorDecorationType({
      ...edge,
      color: new vscode.ThemeColor('disabledForeground'),
      textDecoration: 'line-through',
    });
  const backgroundColor = new vscode.ThemeColor(`pit.token${look[0].toUpperCase()}${look.slice(1)}`);
  return vscode.window.createTextEditorDecorationType({ ...edge, backgroundColor });
}
