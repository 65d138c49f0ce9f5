/** From the places of the dataset, which know nothing of VS Code, to those of an editor. */
import * as vscode from 'vscode';
import type { Position, Span } from '../../dataset/mentions/mention';
import type { Source } from '../../dataset/model';

/** Every file that may name a document and in which a place can be pointed at. */
export const namingFiles: vscode.DocumentSelector = {
  scheme: 'file',
  pattern: '**/*.{qa,jsonl,ndjson,md,markdown,txt,pit.json}',
};
export const qaFiles: vscode.DocumentSelector = { language: 'pit-qa' };

export function rangeOf({ start, end }: Span): vscode.Range {
  return new vscode.Range(start.line, start.column, end.line, end.column);
}

export function positionOf({ line, character }: vscode.Position): Position {
  return { line, column: character };
}

export function locationOf({ file, line, column = 1 }: Source): vscode.Location {
  return new vscode.Location(vscode.Uri.file(file), new vscode.Position(line - 1, column - 1));
}
