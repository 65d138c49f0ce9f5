/** Above a file of questions its result and Run PIT; above each question Ask the Model. */
import * as vscode from 'vscode';
import { nameOf } from '../../run/names';
import type { Question } from '../../dataset/model';
import type { Chosen } from './chosen';
import { tally, tallyText } from './share';
import type { Sheet, Sheets } from './sheets';

/** Where a file has more questions, only those near the lines that are seen get a lens. */
const many = 1000;
const near = 100;

export class ResultsLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];
  private readonly results = new WeakMap<Sheet, Promise<string>>();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly sheets: Sheets,
    private readonly chosen: Chosen,
  ) {
    const tell = () => this.changed.fire();
    this.subscriptions = [
      sheets.onDidChange(tell),
      vscode.workspace.onDidGrantWorkspaceTrust(tell),
      vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration('pit.codeLens') && tell()),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.scrolled(textEditor.document)),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!vscode.workspace.getConfiguration('pit', document).get('codeLens', true)) return [];
    const sheet = await this.sheets.of(document.uri.fsPath);
    if (!sheet) return [];
    return [...(await this.top(document, sheet)), ...this.questions(document, sheet)];
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.subscriptions, this.changed).dispose();
  }

  private async top(document: vscode.TextDocument, sheet: Sheet): Promise<vscode.CodeLens[]> {
    const { standing } = sheet;
    const result = standing && (await this.resultOf(sheet));
    const commands: vscode.Command[] = [
      ...(result ? [{ title: result, command: '' }] : []),
      ...(standing ? [chooseRun(nameOf(standing.folder.identity)), ...(await this.chooseCheckpoint())] : []),
      { title: '$(play) Run PIT', command: 'pit.run', arguments: [document.uri] },
    ];
    return commands
      .filter(({ command }) => command !== 'pit.run' || vscode.workspace.isTrusted)
      .map((command) => new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command));
  }

  /** Counted once for what a sheet says. */
  private resultOf(sheet: Sheet): Promise<string> {
    const result = this.results.get(sheet) ?? tally(sheet.questions, sheet.find).then(tallyText);
    this.results.set(sheet, result);
    return result;
  }

  private async chooseCheckpoint(): Promise<vscode.Command[]> {
    const checkpoint = await this.chosen.checkpoint();
    const tooltip = 'Choose the checkpoint that answers';
    return checkpoint ? [{ title: checkpoint.label, command: 'pit.chooseCheckpoint', tooltip }] : [];
  }

  private questions(document: vscode.TextDocument, { questions, standing }: Sheet): vscode.CodeLens[] {
    if (!standing || !vscode.workspace.isTrusted) return [];
    const lineOf = ({ source }: Question) => Math.min(source.line, document.lineCount) - 1;
    return questions.filter(this.isNear(document, questions.length)).map((question) => {
      const range = new vscode.Range(lineOf(question), 0, lineOf(question), 0);
      const where = [document.uri, question.id];
      return new vscode.CodeLens(range, { title: 'Ask the Model', command: 'pit.askModel', arguments: where });
    });
  }

  private isNear(document: vscode.TextDocument, count: number): (question: Question) => boolean {
    if (count <= many) return () => true;
    const editors = vscode.window.visibleTextEditors.filter((editor) => editor.document === document);
    const ranges = editors.flatMap(({ visibleRanges }) => visibleRanges);
    return ({ source }) =>
      ranges.some(({ start, end }) => source.line >= start.line - near && source.line <= end.line + near);
  }

  private scrolled(document: vscode.TextDocument): void {
    if (document.lineCount <= many) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed.fire(), 300);
  }
}

function chooseRun(title: string): vscode.Command {
  return { title, command: 'pit.pickResults', tooltip: 'Choose the run whose results are shown' };
}
