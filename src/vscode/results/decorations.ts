/** Writes verdicts behind the answers in the editors: only in the lines that are seen, and only once they stand still. */
import * as vscode from 'vscode';
import { type InlineVerdict, type Tone, verdicts } from './inline';
import type { Sheets } from './sheets';
import { spotsOf } from './document-spots';

/** Milliseconds of quiet before an editor is drawn. */
const quiet = 80;
/** Lines beyond those seen, so that a little scrolling shows nothing bare. */
const margin = 40;

const colours: Record<Tone, { mark: string; text: string }> = {
  right: { mark: 'testing.iconPassed', text: 'editorCodeLens.foreground' },
  wrong: { mark: 'testing.iconFailed', text: 'editorCodeLens.foreground' },
  stale: { mark: 'editorCodeLens.foreground', text: 'editorCodeLens.foreground' },
};

export class InlineResults implements vscode.Disposable {
  private readonly type = vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  private readonly timers = new Map<vscode.TextEditor, NodeJS.Timeout>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly sheets: Sheets) {
    const all = () => vscode.window.visibleTextEditors.forEach((editor) => this.plan(editor));
    this.subscriptions = [
      sheets.onDidChange(all),
      vscode.window.onDidChangeVisibleTextEditors(all),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.plan(textEditor)),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('pit.inlineResults')) all();
      }),
    ];
    all();
  }

  /** What would be written into a document's lines. */
  async verdictsFor(
    document: vscode.TextDocument,
    lines = [{ first: 0, last: document.lineCount }],
  ): Promise<InlineVerdict[]> {
    const isOn = vscode.workspace.getConfiguration('pit', document).get('inlineResults', true);
    const sheet = isOn && document.uri.scheme === 'file' ? await this.sheets.of(document.uri.fsPath) : undefined;
    if (!sheet) return [];
    const lengthOf = (line: number) => (line < document.lineCount ? document.lineAt(line).text.length : 0);
    return verdicts(await spotsOf(document, sheet), ({ question }) => sheet.find(question), lengthOf, lines);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    vscode.Disposable.from(...this.subscriptions, this.type).dispose();
  }

  private plan(editor: vscode.TextEditor): void {
    clearTimeout(this.timers.get(editor));
    const timer = setTimeout(() => void this.draw(editor), quiet);
    this.timers.set(editor, timer);
  }

  /** An edit in between draws again by itself once the library has read it. */
  private async draw(editor: vscode.TextEditor): Promise<void> {
    this.timers.delete(editor);
    const { document, visibleRanges } = editor;
    const { version } = document;
    const lines = visibleRanges.map(({ start, end }) => ({ first: start.line - margin, last: end.line + margin }));
    const found = await this.verdictsFor(document, lines);
    if (document.version === version) editor.setDecorations(this.type, found.map(decoration(document)));
  }
}

/** The mark before the words, in its own colour, at the end of the line. */
function decoration(document: vscode.TextDocument) {
  return ({ line, tone, mark, text, gap }: InlineVerdict): vscode.DecorationOptions => {
    const { end } = document.lineAt(Math.min(line, document.lineCount - 1)).range;
    const colour = colours[tone];
    const fontStyle = tone === 'stale' ? 'italic' : 'normal';
    const before = { contentText: mark, color: new vscode.ThemeColor(colour.mark), margin: `0 0 0 ${gap}ch` };
    const after = { contentText: text, color: new vscode.ThemeColor(colour.text), margin: '0 0 0 1ch', fontStyle };
    return { range: new vscode.Range(end, end), renderOptions: { before, after } };
  };
}
