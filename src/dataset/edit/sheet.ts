/** What can be done to a file of a dataset, whatever its format. Each kind of file has a sheet that does it as text. */
import type { Document, Question } from '../model';
import type { TextEdit } from './text';

/** A record as its file writes it, for another place in a file of the same kind. */
export interface Raw {
  kind: string;
  text: string;
  /** The split that it had. */
  split: string;
}

export interface QuestionDraft {
  question: string;
  answers: readonly string[];
  /** One that the file is to name. */
  id?: string;
  /** The split that it is to have, written only where the place does not say so. */
  split: string;
  domain?: string;
  raw?: Raw;
}

export interface DocumentDraft {
  id: string;
  title: string;
  text: string;
  split: string;
  domain?: string;
  raw?: Raw;
}

/** Beside which record new ones come; without either, where the file has room for them. */
export interface Beside<Item> {
  before?: Item;
  after?: Item;
}

/** @throws UserError from every method for what the format cannot say. */
export interface Sheet {
  /** Records move as they are written between sheets of the same kind. */
  readonly kind: string;
  setQuestion(question: Question, text: string): void;
  setAnswers(question: Question, answers: readonly string[]): void;
  setTitle(document: Document, title: string): void;
  setText(document: Document, text: string): void;
  /** Whether a question's own file gives it a split, so that it does not follow its document. */
  namesSplit(question: Question, document: Document): boolean;
  setSplit(item: Document | Question, split: string): void;
  /** A document's questions in this file are among the questions if they go too. */
  remove(documents: readonly Document[], questions: readonly Question[]): void;
  /** Whether the question goes where the record of its document goes. */
  isWithin(question: Question, document: Document): boolean;
  carry(item: Document | Question): Raw;
  /** There may be many: whoever takes long over each lets others work in between. */
  addQuestions(document: Document, drafts: readonly QuestionDraft[], place: Beside<Question>): void | Promise<void>;
  addDocuments(drafts: readonly DocumentDraft[], place: Beside<Document>): void;
  edits(): TextEdit[];
}

export function isQuestion(item: Document | Question): item is Question {
  return 'question' in item;
}
