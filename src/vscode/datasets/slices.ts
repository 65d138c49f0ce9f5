/**
 * What the window and the thread that reads datasets say to each other. A dataset comes in slices, each small enough
 * that taking it in holds nothing up.
 */
import type { LoadedDataset } from '../../dataset/load';
import type { Dataset } from '../../dataset/model';
import type { DatasetSource } from '../../dataset/source';

/** The window's wishes: to read sources, and to be sent the next slice of what was read. */
export type Wish =
  { id: number; kind: 'load'; sources: DatasetSource[]; unsaved: Map<string, string> } | { id: number; kind: 'next' };

export type Reply =
  | { id: number; slice: Dataset }
  /** Everything but the dataset, which has been sent. */
  | { id: number; end: Omit<LoadedDataset, 'dataset'> }
  | { id: number; failure: string };

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
