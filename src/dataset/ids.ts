/** The ids that questions get when no file names them. */
import type { Question } from './model';

/** `<documentId>?<ordinal within its document, from 1>`. */
export function ordinalId(documentId: string, ordinal: number): string {
  return `${documentId}?${ordinal}`;
}

/** The id that reading would give each question, in this order. */
export function ordinalIds(questions: readonly Question[]): Map<Question, string> {
  const counts = new Map<string, number>();
  return new Map(
    questions.map((question) => {
      const ordinal = (counts.get(question.documentId) ?? 0) + 1;
      counts.set(question.documentId, ordinal);
      return [question, ordinalId(question.documentId, ordinal)];
    }),
  );
}
