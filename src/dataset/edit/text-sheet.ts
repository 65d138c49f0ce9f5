/** Markdown and plain text: the file is the document, and its front matter may say what it is. */
import { UserError } from '../../errors';
import { bodyStart, fieldIn, fieldLine, fieldText, headingIn } from '../formats/text';
import type { Document } from '../model';
import { LineEditor } from './line-editor';
import type { Raw, Sheet } from './sheet';
import type { TextEdit } from './text';

export class TextSheet implements Sheet {
  readonly kind = 'text';
  private readonly lines: LineEditor;
  /** Number of the first line after the front matter, from 1. */
  private readonly body: number;

  constructor(text: string) {
    this.lines = new LineEditor(text);
    this.body = bodyStart(this.lines.lines(1, this.lines.count)) + 1;
  }

  /** Where the front matter does not say the title, the first heading does. */
  setTitle(_document: Document, title: string): void {
    const heading = this.heading();
    if (this.setField('title', title, !heading)) return;
    const { line, column, endColumn } = heading!;
    this.lines.replaceIn(line, column, endColumn, title);
  }

  setText(_document: Document, text: string): void {
    const first = this.body > 1 && this.lines.line(this.body) === '' ? this.body + 1 : this.body;
    this.lines.replaceLines(first, this.lines.count, text.split('\n').join(this.lines.eol));
  }

  setSplit(_document: Document, split: string): void {
    this.setField('split', split, true);
  }

  namesSplit(): boolean {
    return false;
  }

  setQuestion = noQuestions;
  setAnswers = noQuestions;
  addQuestions = noQuestions;
  addDocuments = noQuestions;
  remove = noQuestions;

  isWithin(): boolean {
    return false;
  }

  carry(item: Document): Raw {
    return { kind: this.kind, text: this.lines.text, split: item.split };
  }

  edits(): TextEdit[] {
    return this.lines.edits();
  }

  /** Writes a field of the front matter. @param isNeeded whether to add it where it is missing */
  private setField(name: string, value: string, isNeeded: boolean): boolean {
    if (this.body === 1) {
      if (isNeeded) this.lines.insert(1, ['---', fieldLine('', name, value), '---', '']);
      return isNeeded;
    }
    const start = this.lines.startOf(2);
    const source = this.lines.text.slice(start, this.lines.startOf(this.body - 1));
    const field = fieldIn(source, name);
    if (field === undefined && isNeeded) throw new UserError('This front matter can only be changed in the file.');
    if (field === 'none' && isNeeded) this.lines.insert(2, [fieldLine(source, name, value)]);
    if (field === undefined || field === 'none') return isNeeded;
    this.lines.replace(start + field.start, start + field.end, fieldText(value, field.isFlow));
    return true;
  }

  private heading() {
    for (let line = this.body; line <= this.lines.count; line++) {
      const found = headingIn(this.lines.line(line));
      if (found) return { line, column: found.offset, endColumn: found.offset + found.words.length };
    }
    return undefined;
  }
}

function noQuestions(): never {
  throw new UserError('A file of plain text is one document and holds no questions.');
}
