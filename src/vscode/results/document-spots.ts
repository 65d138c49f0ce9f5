/** The places of the questions in an open document, read once for each version of it. */
import type * as vscode from 'vscode';
import type { Sheet } from './sheets';
import { type Lines, readSpots, type Spots } from './spots';

const read = new WeakMap<Sheet['questions'], { version: number; spots: Promise<Spots> }>();

export function spotsOf(document: vscode.TextDocument, { questions }: Sheet): Promise<Spots> {
  const known = read.get(questions);
  if (known?.version === document.version) return known.spots;
  const spots = readSpots(document.uri.fsPath, linesOf(document), questions);
  read.set(questions, { version: document.version, spots });
  return spots;
}

/** The lines as they are when they are asked for: what a change in between makes of them is read again anyway. */
function linesOf(document: vscode.TextDocument): Lines {
  return {
    count: document.lineCount,
    at: (line) => (line < document.lineCount ? document.lineAt(line).text : ''),
  };
}
