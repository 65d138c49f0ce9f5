/**
 * A dataset as the view shows it: by split, document and question, whole or only what a filter lets through. Made in
 * portions, so that 100,000 questions hold nothing up. Pure.
 */
import type { Dataset, Document, Question } from '../../dataset/model';
import { eachInPortions } from '../../portions';

export interface Split {
  name: string;
  documents: Document[];
  questions: number;
}

export class Contents {
  /** In the order in which they come first. */
  readonly splits: Split[] = [];
  documents = 0;
  questions = 0;
  private readonly byId = new Map<string, Document>();
  private readonly groups = new Map<string, Question[]>();

  /** @param filter text that a title, a question or an answer holds, whatever the case */
  static async of({ documents, questions }: Dataset, filter = ''): Promise<Contents> {
    const contents = new Contents();
    const holds = holding(filter);
    const titled = new Set<string>();
    if (filter !== '') await eachInPortions(documents, ({ id, title }) => holds(title) && titled.add(id));
    await eachInPortions(questions, (question) => {
      const isShown = titled.has(question.documentId) || holds(question.question) || question.answers.some(holds);
      if (isShown) contents.addQuestion(question);
    });
    await eachInPortions(documents, (document) => {
      if (filter === '' || titled.has(document.id) || contents.groups.has(document.id)) contents.addDocument(document);
    });
    return contents;
  }

  questionsOf(documentId: string): readonly Question[] {
    return this.groups.get(documentId) ?? [];
  }

  document(id: string): Document | undefined {
    return this.byId.get(id);
  }

  /** The split of a document. */
  splitOf(documentId: string): string | undefined {
    return this.byId.get(documentId)?.split;
  }

  split(name: string): Split | undefined {
    return this.splits.find((one) => one.name === name);
  }

  private addQuestion(question: Question): void {
    const group = this.groups.get(question.documentId);
    if (group) group.push(question);
    else this.groups.set(question.documentId, [question]);
  }

  private addDocument(document: Document): void {
    let split = this.split(document.split);
    if (!split) this.splits.push((split = { name: document.split, documents: [], questions: 0 }));
    const questions = this.questionsOf(document.id).length;
    this.byId.set(document.id, document);
    split.documents.push(document);
    split.questions += questions;
    this.documents++;
    this.questions += questions;
  }
}

function holding(filter: string): (text: string) => boolean {
  const wanted = filter.toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}
