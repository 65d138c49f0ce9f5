/** Looking things up in a dataset: documents by what a file calls them, questions by their document. */
import type { Dataset, Document, Question } from './model';

export class Catalog {
  private readonly byId: Map<string, Document>;
  private readonly byTitle = new Map<string, Document[]>();
  private readonly groups = new Map<string, Question[]>();
  private readonly byQuestionId: Map<string, Question>;

  constructor(readonly dataset: Dataset) {
    this.byId = new Map(dataset.documents.map((document) => [document.id, document]));
    this.byQuestionId = new Map(dataset.questions.map((question) => [question.id, question]));
    for (const document of dataset.documents) gather(this.byTitle, document.title, document);
    for (const question of dataset.questions) gather(this.groups, question.documentId, question);
  }

  /** The document with this id, or else the only one with this title. */
  named(name: string): Document | undefined {
    const titled = this.byTitle.get(name) ?? [];
    return this.byId.get(name) ?? (titled.length === 1 ? titled[0] : undefined);
  }

  document(id: string): Document | undefined {
    return this.byId.get(id);
  }

  titled(title: string): readonly Document[] {
    return this.byTitle.get(title) ?? [];
  }

  question(id: string): Question | undefined {
    return this.byQuestionId.get(id);
  }

  /** The questions of a document, in the order of the dataset. */
  questionsOf(documentId: string): readonly Question[] {
    return this.groups.get(documentId) ?? [];
  }
}

const catalogs = new WeakMap<Dataset, Catalog>();

/** The catalog of a dataset, made once. */
export function catalogOf(dataset: Dataset): Catalog {
  const catalog = catalogs.get(dataset) ?? new Catalog(dataset);
  catalogs.set(dataset, catalog);
  return catalog;
}

function gather<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}
