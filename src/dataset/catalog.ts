/**
 * Looking things up in a dataset: documents by what a file calls them, questions by their document. Each index is made
 * when it is first asked for, since a dataset may hold 100,000 questions.
 */
import { groups } from './group';
import type { Dataset, Document, Question } from './model';

export class Catalog {
  private byId?: Map<string, Document>;
  private byTitle?: Map<string, Document[]>;
  private byQuestionId?: Map<string, Question>;
  private byDocument?: Map<string, Question[]>;

  constructor(private readonly dataset: Dataset) {}

  /** The document with this id, or else the only one with this title. */
  named(name: string): Document | undefined {
    const document = this.document(name);
    if (document) return document;
    const titled = this.titled(name);
    return titled.length === 1 ? titled[0] : undefined;
  }

  document(id: string): Document | undefined {
    this.byId ??= new Map(this.dataset.documents.map((document) => [document.id, document]));
    return this.byId.get(id);
  }

  titled(title: string): readonly Document[] {
    this.byTitle ??= groups(this.dataset.documents, (document) => document.title);
    return this.byTitle.get(title) ?? [];
  }

  question(id: string): Question | undefined {
    this.byQuestionId ??= new Map(this.dataset.questions.map((question) => [question.id, question]));
    return this.byQuestionId.get(id);
  }

  /** The questions of a document, in the order of the dataset. */
  questionsOf(documentId: string): readonly Question[] {
    this.byDocument ??= groups(this.dataset.questions, (question) => question.documentId);
    return this.byDocument.get(documentId) ?? [];
  }
}

const catalogs = new WeakMap<Dataset, Catalog>();

/** The catalog of a dataset, the same one each time. */
export function catalogOf(dataset: Dataset): Catalog {
  const catalog = catalogs.get(dataset) ?? new Catalog(dataset);
  catalogs.set(dataset, catalog);
  return catalog;
}
