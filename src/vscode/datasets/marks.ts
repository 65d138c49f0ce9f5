/** What is wrong in which row of the view: a problem marks what stands at its place, and everything around that. Pure. */
import { catalogOf } from '../../dataset/catalog';
import type { Dataset, Document, Problem, Question } from '../../dataset/model';
import type { Places } from './places';

type Item = Document | Question;

export class Marks {
  private readonly items = new Map<Item, Problem[]>();
  private readonly splits = new Map<string, Problem[]>();

  constructor(
    readonly all: readonly Problem[],
    dataset: Dataset,
    places: Places,
  ) {
    if (all.length === 0) return;
    const catalog = catalogOf(dataset);
    for (const problem of all) {
      const item = places.at(problem.file, problem.line, problem.column);
      if (!item) continue;
      const document = 'question' in item ? catalog.document(item.documentId) : item;
      for (const one of new Set([item, ...(document ? [document] : [])])) add(this.items, one, problem);
      add(this.splits, document?.split ?? item.split, problem);
    }
  }

  /** Those of a question, or of a document and its questions. */
  of(item: Item): readonly Problem[] {
    return this.items.get(item) ?? [];
  }

  ofSplit(name: string): readonly Problem[] {
    return this.splits.get(name) ?? [];
  }
}

function add<Key>(groups: Map<Key, Problem[]>, key: Key, problem: Problem): void {
  const group = groups.get(key);
  if (group) group.push(problem);
  else groups.set(key, [problem]);
}
