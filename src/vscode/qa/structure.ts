/** The shape of a `.qa` text: its outline, what can be folded, and how it is formatted. */
import * as vscode from 'vscode';
import { prettyQa } from '../../dataset/qa-format';
import { foldsOf, type OutlineItem, outlineOf } from '../../dataset/qa-outline';
import { rangeOf } from './places';

const kinds: Record<OutlineItem['kind'], vscode.SymbolKind> = {
  document: vscode.SymbolKind.File,
  reference: vscode.SymbolKind.Module,
  question: vscode.SymbolKind.Field,
};

export const outline: vscode.DocumentSymbolProvider = {
  provideDocumentSymbols: (text) => outlineOf(text.getText()).map(toSymbol),
};

export const folding: vscode.FoldingRangeProvider = {
  provideFoldingRanges: (text) =>
    foldsOf(text.getText()).map(
      ({ start, end, comment }) => new vscode.FoldingRange(start, end, comment && vscode.FoldingRangeKind.Comment),
    ),
};

export const formatting: vscode.DocumentFormattingEditProvider = {
  provideDocumentFormattingEdits(text) {
    const before = text.getText();
    const after = prettyQa(before);
    if (after === before) return [];
    return [
      vscode.TextEdit.replace(new vscode.Range(new vscode.Position(0, 0), text.positionAt(before.length)), after),
    ];
  },
};

function toSymbol({ kind, name, detail, span, selection, children }: OutlineItem): vscode.DocumentSymbol {
  const symbol = new vscode.DocumentSymbol(name, detail, kinds[kind], rangeOf(span), rangeOf(selection));
  symbol.children = children.map(toSymbol);
  return symbol;
}
