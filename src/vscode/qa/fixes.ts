/** Quick fixes for what the Problems panel says of `.qa` texts and of rows that name no document. */
import * as vscode from 'vscode';
import type { RowFile } from '../../dataset/mentions/columns';
import { type Fix, fixesAt, type Known, respell } from '../../dataset/qa-fixes';
import { stemOf } from '../../dataset/source';
import { nearest } from '../../schedule/nearest';
import type { Lab } from '../lab';
import { rangeOf } from './places';
import { mentionsNear } from './pointed';
import { type Shelf, shelvesWith } from './shelves';

export class QaFixes implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.QuickFix];

  constructor(private readonly lab: Lab) {}

  async provideCodeActions(
    text: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const told = diagnostics.filter(({ source }) => source === 'PIT');
    const [shelf] = told.length > 0 ? await shelvesWith(this.lab, text.fileName) : [];
    if (!shelf) return [];
    const known = knownIn(shelf, text);
    const lines = new Map(told.map((diagnostic) => [diagnostic.range.start.line, diagnostic]));
    const found = await Promise.all(
      [...lines].map(async ([line, diagnostic]) => {
        const fixes = await fixesOn(text, line, shelf.rows, known);
        return fixes.map((fix, index) => toAction(fix, text.uri, diagnostic, index === 0));
      }),
    );
    return found.flat();
  }
}

async function fixesOn(text: vscode.TextDocument, line: number, rows: RowFile, known: Known): Promise<Fix[]> {
  if (rows.format === 'qa') return fixesAt(text.getText(), line + 1, known);
  return (await mentionsNear(text, line, rows)).flatMap((mention) => respell(mention, known));
}

function knownIn({ catalog, loaded }: Shelf, text: vscode.TextDocument): Known {
  const { documents, questions } = loaded.dataset;
  return {
    stem: stemOf(text.fileName),
    has: (name) => catalog.named(name) !== undefined,
    nearest: (name) =>
      nearest(
        name,
        candidates(
          name,
          documents.flatMap(({ id, title }) => [id, title]),
        ),
      ),
    isRepeated: (line) => {
      const there = ({ source }: (typeof questions)[number]) => source.file === text.fileName && source.line === line;
      const asked = questions.find(there);
      return asked !== undefined && catalog.questionsOf(asked.documentId).find(isAlike(asked)) !== asked;
    },
  };
}

function isAlike(asked: { question: string }) {
  return ({ question }: { question: string }) => question === asked.question;
}

/** Of very many names only those that begin alike are compared. */
function candidates(name: string, names: string[]): string[] {
  const start = name[0]?.toLowerCase();
  return names.length < 5000 ? names : names.filter((one) => one[0]?.toLowerCase() === start);
}

function toAction(
  { title, span, text: [before, placeholder, after = ''] }: Fix,
  uri: vscode.Uri,
  diagnostic: vscode.Diagnostic,
  isPreferred: boolean,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.isPreferred = isPreferred;
  action.edit = new vscode.WorkspaceEdit();
  if (placeholder === undefined) action.edit.replace(uri, rangeOf(span), before);
  else {
    const snippet = new vscode.SnippetString().appendText(before).appendPlaceholder(placeholder).appendText(after);
    action.edit.set(uri, [vscode.SnippetTextEdit.replace(rangeOf(span), snippet)]);
  }
  return action;
}
