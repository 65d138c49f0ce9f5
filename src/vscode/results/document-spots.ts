/** The places of the questions in an open document, read once for each version of it. */
import type * as vscode from 'vscode';
import type { Sheet } from './sheets';
import { readSpots, type Spots } from './spots';

const read = new WeakMap<Sheet['questions'], { version: number; spots: Promise<Spots> }>();

export function spotsOf(document: vscode.TextDocument, { questions }: Sheet): Promise<Spots> {
  const known = read.get(questions);
  if (known?.version === document.version) return known.spots;
  const spots = readSpots(document.uri.fsPath, document.getText(), questions);
  read.set(questions, { version: document.version, spots });
  return spots;
}
