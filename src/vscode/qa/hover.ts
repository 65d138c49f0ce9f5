/** What a document or a question is, where something names it. */
import * as vscode from 'vscode';
import type { Document, Question } from '../../dataset/model';
import { beginningOf, placeInWords } from '../../dataset/qa-words';
import type { Lab } from '../lab';
import { pointedAt } from './pointed';

export class NameHovers implements vscode.HoverProvider {
  constructor(private readonly lab: Lab) {}

  async provideHover(text: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const pointed = await pointedAt(this.lab, text, position);
    if (!pointed) return undefined;
    const { document, question, shelf, range } = pointed;
    if (document)
      return new vscode.Hover(aboutDocument(document, shelf.catalog.questionsOf(document.id).length), range);
    return question && new vscode.Hover(aboutQuestion(question), range);
  }
}

/** Everything out of a file is shown as the text it is. */
export function aboutDocument(document: Document, questions: number): vscode.MarkdownString {
  const words = new vscode.MarkdownString('**').appendText(document.title).appendMarkdown('**\n\n');
  words.appendText(placeInWords(document, questions)).appendMarkdown('\n\n');
  return words.appendText(beginningOf(document));
}

function aboutQuestion({ question, answers, split }: Question): vscode.MarkdownString {
  const words = new vscode.MarkdownString('**').appendText(question).appendMarkdown('**\n\n');
  return words.appendText(answers.join(' / ')).appendMarkdown('\n\n').appendText(split);
}
