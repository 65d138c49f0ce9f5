/**
 * "What the model sees" in an editor: read-only documents whose tokens are coloured by their loss weight. A document is
 * about one example or one step; it follows the experiment and the data.
 */
import * as vscode from 'vscode';
import { messageOf } from '../../errors';
import { type Sheet, spansOf } from './sheet';
import type { EpochAt } from './protocol';
import type { ScheduleSession } from './session';

export const sheetScheme = 'pit-tokens';

/** What a sheet is about. */
export type Subject =
  { file: string; id: string; variant?: number; stage?: number } | { file: string; at: EpochAt; step: number };

export class Sheets
  implements
    vscode.TextDocumentContentProvider,
    vscode.FoldingRangeProvider,
    vscode.DocumentSymbolProvider,
    vscode.HoverProvider
{
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly known = new Map<string, Sheet>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly session: ScheduleSession) {
    this.subscription = session.onDidChange(() => this.refresh());
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  get(uri: vscode.Uri): Sheet | undefined {
    return this.known.get(uri.toString());
  }

  /** Writes a sheet, so that opening it can't fail. @throws UserError for what the model can't see */
  async prepare(uri: vscode.Uri): Promise<void> {
    const sheet = await this.write(subjectOf(uri));
    if (sheet) this.known.set(uri.toString(), sheet);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    try {
      await this.prepare(uri);
    } catch (error) {
      this.known.delete(uri.toString());
      return `${messageOf(error)}\n`;
    }
    return this.get(uri)?.text ?? '';
  }

  provideFoldingRanges(document: vscode.TextDocument): vscode.FoldingRange[] {
    const headings = this.get(document.uri)?.headings ?? [];
    return headings.map(({ line, level }, ordinal) => {
      const next = headings.slice(ordinal + 1).find((other) => other.level <= level);
      return new vscode.FoldingRange(line, next ? next.line - 2 : document.lineCount - 1);
    });
  }

  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    const headings = this.get(document.uri)?.headings ?? [];
    return headings.map(({ line, title }) => {
      const { range } = document.lineAt(Math.min(line, document.lineCount - 1));
      return new vscode.DocumentSymbol(title, '', vscode.SymbolKind.String, range, range);
    });
  }

  provideHover({ uri }: vscode.TextDocument, { line, character }: vscode.Position): vscode.Hover | undefined {
    const sheet = this.get(uri);
    const spans = sheet ? spansOf(sheet, line, line + 1) : [];
    const span = spans.find(({ start, end }) => start <= character && character < end);
    if (!span) return undefined;
    const range = new vscode.Range(line, span.start, line, span.end);
    return new vscode.Hover(`Token ${span.id}: ${meaning(span.look === 'cut', span.weight)}`, range);
  }

  /** The sheet as things are now; undefined while another experiment is active, for then it stays as it is. */
  private async write(subject: Subject): Promise<Sheet | undefined> {
    const shown = await this.session.shown();
    if (shown.file.toString() !== subject.file) return undefined;
    if ('step' in subject) return this.session.askForTokens(shown, 'seeStep', subject.at, subject.step);
    const { seed } = this.session.at(0, shown);
    const at = { variant: subject.variant, seed };
    return this.session.askForTokens(shown, 'seeExample', at, subject.id, subject.stage);
  }

  private refresh(): void {
    for (const { uri, isClosed } of vscode.workspace.textDocuments)
      if (uri.scheme === sheetScheme && !isClosed) this.changed.fire(uri);
  }
}

function meaning(isCut: boolean, weight: number): string {
  if (isCut) return 'cut off, so the model does not see it.';
  if (weight === 0) return 'the model reads it and is not trained to predict it.';
  return `the model is trained to predict it, with the weight ${Number(weight.toPrecision(4))}.`;
}

/** Where the sheet of a subject is opened. */
export function sheetUri(subject: Subject): vscode.Uri {
  const name =
    'step' in subject ? `step ${subject.step} of epoch ${subject.at.epoch}, stage ${subject.at.stage}` : subject.id;
  const path = `/What the model sees: ${name.replaceAll('/', '∕')}`;
  return vscode.Uri.from({ scheme: sheetScheme, path, query: JSON.stringify(subject) });
}

function subjectOf({ query }: vscode.Uri): Subject {
  return JSON.parse(query) as Subject;
}
