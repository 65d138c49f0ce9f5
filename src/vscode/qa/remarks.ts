/** Warns, while a `.qa` text is being written, of what is no fault of the dataset but hardly meant. */
import * as vscode from 'vscode';
import { parseQa } from '../../dataset/formats/qa-syntax';
import { spanOfFirstLine } from '../../dataset/mentions/qa';
import { idleHeadings } from '../../dataset/qa-outline';
import { diagnosticOf } from '../diagnostics';
import { rangeOf } from './places';

/** A burst of keystrokes counts as one change. */
const settling = 200;

/** Shows the warnings of every open text until disposed. */
export function showRemarks(): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('pit.qa');
  const waiting = new Map<vscode.TextDocument, NodeJS.Timeout>();
  const forget = (text: vscode.TextDocument) => {
    clearTimeout(waiting.get(text));
    waiting.delete(text);
  };
  const look = (text: vscode.TextDocument) => {
    if (text.languageId !== 'pit-qa') return;
    forget(text);
    waiting.set(
      text,
      setTimeout(() => {
        forget(text);
        collection.set(text.uri, remarksOn(text));
      }, settling),
    );
  };
  vscode.workspace.textDocuments.forEach(look);
  return vscode.Disposable.from(
    collection,
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)),
    vscode.workspace.onDidCloseTextDocument((text) => {
      forget(text);
      collection.delete(text.uri);
    }),
    { dispose: () => [...waiting.keys()].forEach(forget) },
  );
}

function remarksOn(document: vscode.TextDocument): vscode.Diagnostic[] {
  const text = document.getText();
  const lines = text.split(/\r?\n/);
  return idleHeadings(parseQa(text)).map((heading) => {
    const range = rangeOf(spanOfFirstLine(heading, lines));
    const message = 'Neither a text nor a question follows this heading.';
    return diagnosticOf({ severity: 'warning', message }, range);
  });
}
