/** Cutting a dataset into slices that can be sent and taken in without holding anything up. Pure. */
import type { Dataset } from '../../dataset/model';

const records = 500;
const characters = 250_000;

/** The dataset in slices of at most so many records or, beyond one record, so many characters. */
export function* slicesOf({ documents, questions }: Dataset): Generator<Dataset> {
  for (const part of cut(documents, ({ text }) => text.length)) yield { documents: part, questions: [] };
  for (const part of cut(questions, ({ question }) => question.length)) yield { documents: [], questions: part };
}

function* cut<T>(items: readonly T[], sizeOf: (item: T) => number): Generator<T[]> {
  let part: T[] = [];
  let size = 0;
  for (const item of items) {
    part.push(item);
    size += sizeOf(item);
    if (part.length < records && size < characters) continue;
    yield part;
    part = [];
    size = 0;
  }
  if (part.length > 0) yield part;
}
