/** What can be written at a place of a `.qa` text: names of documents, fields, splits and domains. */
import { type QaField, QaParser, type QaScope } from './formats/qa-syntax';
import type { Dataset, Document, Question } from './model';

/** Something to write from a column (from 0) to the end of the line. */
export type Expected =
  | { what: 'documents' | 'split' | 'domain'; column: number; typed: string }
  | { what: 'fields'; column: number; typed: string; fields: QaField[] };

const fieldsOf: Record<QaScope, QaField[]> = {
  file: ['split', 'domain'],
  heading: ['id', 'title', 'split', 'domain'],
  question: ['id', 'split', 'domain'],
};

/** @param lines of the text up to the place, the last one cut off there */
export function expectedAt(lines: readonly string[]): Expected | undefined {
  const line = lines[lines.length - 1];
  const [, mark, typed] = /^(#[ \t]+|(?:id|split|domain):[ \t]*|)(.*)$/.exec(line)!;
  const column = mark.length;
  if (mark.startsWith('#')) return { what: 'documents', column, typed };
  if (mark === '' && !/^[a-z]*$/.test(typed)) return undefined;
  const described = describedAfter(lines.slice(0, -1));
  if (!described) return undefined;
  const { scope, given } = described;
  if (mark === '') return { what: 'fields', column, typed, fields: fieldsOf[scope].filter((field) => !given[field]) };
  if (mark.startsWith('id')) return scope === 'heading' ? { what: 'documents', column, typed } : undefined;
  return { what: mark.startsWith('split') ? 'split' : 'domain', column, typed };
}

function describedAfter(lines: readonly string[]): QaParser['described'] {
  const parser = new QaParser(() => {});
  lines.forEach((line, index) => parser.take(line, index + 1));
  return parser.described;
}

/** Documents whose id or title holds what has been typed, at most `limit` of them. */
export function documentsLike(typed: string, documents: readonly Document[], limit: number): Document[] {
  return like(typed, documents, limit, ({ id, title }) => `${id}\n${title}`);
}

/** Questions whose id or wording holds what has been typed, at most `limit` of them. */
export function questionsLike(typed: string, questions: readonly Question[], limit: number): Question[] {
  return like(typed, questions, limit, ({ id, question }) => `${id}\n${question}`);
}

function like<T>(typed: string, items: readonly T[], limit: number, words: (item: T) => string): T[] {
  const wanted = typed.trim().toLowerCase();
  const found: T[] = [];
  for (const item of items) {
    if (found.length === limit) break;
    if (words(item).toLowerCase().includes(wanted)) found.push(item);
  }
  return found;
}

/** The splits or domains of a dataset, in the order of their first use. */
export function placesIn({ documents, questions }: Dataset, field: 'split' | 'domain'): string[] {
  const names = new Set<string>();
  for (const part of [documents, questions]) for (const item of part) names.add(item[field] ?? '');
  names.delete('');
  return [...names];
}
