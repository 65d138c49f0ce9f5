/**
 * Records with named values, from whatever kind of table, and how a document or a question is taken out of one.
 * Every field that is missing, empty or of the wrong type is a problem at its place; the record is then left out.
 */
import type { Document, Question, Source } from './model';
import type { Findings, Place } from './problem';
import type { Columns, InputFile } from './source';

export interface Row {
  values: Record<string, unknown>;
  source: Source;
  /** Column of a value in its line, from 1; only asked for when there is a problem. */
  columnOf(field: string): number;
}

/** Which columns to look into, a name for every field. */
export type Layout = Required<Columns>;

const ownNames: Layout = {
  id: 'id',
  title: 'title',
  text: 'text',
  document: 'document',
  question: 'question',
  answer: 'answer',
  answers: 'answers',
  split: 'split',
  domain: 'domain',
};

export function layoutOf(columns: Columns): Layout {
  return { ...ownNames, ...columns };
}

/** Reads the fields of one row and remembers whether one of them was bad. */
export class RowReader {
  bad = false;

  constructor(
    private readonly row: Row,
    private readonly file: InputFile,
    private readonly findings: Findings,
  ) {}

  /** The value, with null and undefined as one. */
  value(column: string): unknown {
    return Object.hasOwn(this.row.values, column) ? (this.row.values[column] ?? undefined) : undefined;
  }

  has(column: string): boolean {
    const value = this.value(column);
    return value !== undefined && value !== '';
  }

  /** Text that must be there and hold more than white space. */
  text(column: string): string {
    const value = this.value(column);
    if (value === undefined) return this.refuse(column, 'This field is missing.');
    if (typeof value !== 'string') return this.refuse(column, `This field must be text, not ${kindOf(value)}.`);
    return isBlank(value) ? this.refuse(column, 'This field is empty.') : value;
  }

  optionalText(column: string): string | undefined {
    return this.has(column) ? this.text(column) : undefined;
  }

  /** An id: text, or a whole number that loses no digit. */
  id(column: string): string {
    const value = this.value(column);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'number') return this.text(column);
    if (Number.isSafeInteger(value)) return value.toString();
    return this.refuse(column, 'A number as an id must be whole and below 2^53; put it in quotes.');
  }

  optionalId(column: string): string | undefined {
    return this.has(column) ? this.id(column) : undefined;
  }

  /** The accepted answers: a list, or a single text. A list wins, since it holds the single answer too. */
  answers(layout: Layout): string[] {
    if (!this.has(layout.answers)) return [this.text(layout.answer)];
    const list = answerList(this.value(layout.answers));
    if (!list) return this.refuseAnswers(layout, 'This field must be a list of texts.');
    if (list.length === 0) return this.refuseAnswers(layout, 'This list of answers is empty.');
    if (list.some(isBlank)) return this.refuseAnswers(layout, 'An answer in this list is empty.');
    return list;
  }

  split(layout: Layout): string {
    return this.optionalText(layout.split) ?? this.file.split;
  }

  domain(layout: Layout): { domain?: string } {
    const domain = this.optionalText(layout.domain) ?? this.file.domain;
    return domain === undefined ? {} : { domain };
  }

  get source(): Source {
    return this.row.source;
  }

  place(column: string): Place {
    const { file, line } = this.row.source;
    return { file, line, column: this.row.columnOf(column), field: column };
  }

  private refuse(column: string, message: string): string {
    this.bad = true;
    this.findings.error(this.place(column), message);
    return '';
  }

  private refuseAnswers(layout: Layout, message: string): string[] {
    this.refuse(layout.answers, message);
    return [];
  }
}

/** The document in a row, or `undefined` after problems. `fallback` is the id of a row that names none. */
export function documentIn(reader: RowReader, layout: Layout, fallback?: string): Document | undefined {
  const id = fallback === undefined ? reader.id(layout.id) : (reader.optionalId(layout.id) ?? fallback);
  const title = reader.optionalText(layout.title) ?? id;
  const text = reader.text(layout.text);
  const split = reader.split(layout);
  const domain = reader.domain(layout);
  return reader.bad ? undefined : { id, title, text, split, ...domain, source: reader.source };
}

/** The question in a row, or `undefined` after problems. `documentId` overrides what the row names. */
export function questionIn(reader: RowReader, layout: Layout, documentId?: string): Question | undefined {
  const document = documentId ?? reader.id(layout.document);
  const question = reader.text(layout.question);
  const answers = reader.answers(layout);
  const id = reader.optionalId(layout.id) ?? '';
  const split = reader.split(layout);
  const domain = reader.domain(layout);
  return reader.bad
    ? undefined
    : { id, documentId: document, question, answers, split, ...domain, source: reader.source };
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** A list of texts, one text (in a CSV cell a JSON list), or SQuAD's `{"text": […]}`; otherwise `undefined`. */
function answerList(value: unknown): string[] | undefined {
  if (typeof value === 'string') return value.startsWith('[') ? answerList(parsed(value)) : [value];
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? [...new Set(value)] : undefined;
  if (typeof value === 'object' && value !== null && 'text' in value && Array.isArray(value.text))
    return answerList(value.text);
  return undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
}
