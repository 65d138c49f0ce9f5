/** Writes verdicts behind the answers in the editors: only in the lines that are seen, and only once they stand still. */
import * as vscode from 'vscode';
import type { Lab } from '../lab';
import { unattended } from '../telling';
import { spotsOf } from './document-spots';
import { type InlineVerdict, type Tone, verdicts } from './inline';
import type { Sheets } from './sheets';

/** Milliseconds of quiet before an editor is drawn. */
const quiet = 80;
/** Lines beyond those seen, so that a little scrolling shows nothing bare. */
const margin = 40;

/** The themes' own colours for passed tests and for remarks in code are too pale on white to be read. */
const quietColour = 'pit.answerText';
const colours: Record<Tone, string> = {
  right: 'pit.answerRight',
  wrong: 'pit.answerWrong',
  stale: quietColour,
};

export class InlineResults implements vscode.Disposable {
  /** The editor puts what stands at one place in the order of these keys. */
  private readonly types = [decorationType(), decorationType()].sort((a, b) => (a.key < b.key ? -1 : 1));
  private readonly timers = new Map<vscode.TextEditor, NodeJS.Timeout>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly lab: Lab,
    private readonly sheets: Sheets,
  ) {
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
    vscode.Disposable.from(...this.subscriptions, ...this.types).dispose();
  }

  private plan(editor: vscode.TextEditor): void {
    clearTimeout(this.timers.get(editor));
    const timer = setTimeout(() => unattended(this.lab, this.draw(editor)), quiet);
    this.timers.set(editor, timer);
  }

  /** An edit in between draws again by itself once the library has read it. */
  private async draw(editor: vscode.TextEditor): Promise<void> {
    this.timers.delete(editor);
    const { document, visibleRanges } = editor;
    const { version } = document;
    const lines = visibleRanges.map(({ start, end }) => ({ first: start.line - margin, last: end.line + margin }));
    const found = await this.verdictsFor(document, lines);
    if (document.version !== version) return;
    const [mark, words] = this.types;
    editor.setDecorations(
      mark,
      found.map((verdict) => behind(document, verdict, markOf(verdict))),
    );
    editor.setDecorations(
      words,
      found.map((verdict) => behind(document, verdict, wordsOf(verdict))),
    );
  }
}

function decorationType(): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
}

type Attachment = vscode.ThemableDecorationAttachmentRenderOptions;

function markOf({ tone, mark, gap }: InlineVerdict): Attachment {
  return { contentText: mark, color: new vscode.ThemeColor(colours[tone]), margin: `0 0 0 ${gap}ch` };
}

function wordsOf({ tone, text }: InlineVerdict): Attachment {
  const fontStyle = tone === 'stale' ? 'italic' : 'normal';
  return { contentText: text, color: new vscode.ThemeColor(quietColour), margin: '0 0 0 1ch', fontStyle };
}

/** Behind the line, so that the cursor at its end stays before it. */
function behind(document: vscode.TextDocument, { line }: InlineVerdict, after: Attachment): vscode.DecorationOptions {
  const { end } = document.lineAt(Math.min(line, document.lineCount - 1)).range;
  return { range: new vscode.Range(end, end), renderOptions: { after } };
}
