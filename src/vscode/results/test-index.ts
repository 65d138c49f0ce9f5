/** The questions of a dataset by split and document, in the order of the dataset: what the Testing view unfolds. */
import type { Dataset, Document, Question } from '../../dataset/model';
import { eachInPortions } from '../../portions';

export interface DatasetIndex {
  /** Splits that have questions. */
  splits(): string[];
  /** Ids of the documents that questions of a split ask about. */
  documents(split: string): string[];
  ofSplit(split: string): readonly Question[];
  ofDocument(split: string, documentId: string): readonly Question[];
  document(id: string): Document | undefined;
  /** Place of a question's split, document or itself among its siblings. */
  orderOf(question: Question, kind: 'dataset' | 'split' | 'document' | 'question'): number;
}

interface SplitPart {
  order: number;
  questions: Question[];
  byDocument: Map<string, { order: number; questions: Question[] }>;
}

/** Made in portions that block nothing. */
export async function indexOf({ documents, questions }: Dataset): Promise<DatasetIndex> {
  const splits = new Map<string, SplitPart>();
  await eachInPortions(questions, (question) => file(splits, question));
  const part = (split: string, documentId: string) => splits.get(split)?.byDocument.get(documentId);
  let byId: Map<string, Document> | undefined;
  return {
    splits: () => [...splits.keys()],
    documents: (split) => [...(splits.get(split)?.byDocument.keys() ?? [])],
    ofSplit: (split) => splits.get(split)?.questions ?? [],
    ofDocument: (split, documentId) => part(split, documentId)?.questions ?? [],
    document: (id) => (byId ??= new Map(documents.map((document) => [document.id, document]))).get(id),
    orderOf(question, kind) {
      if (kind === 'dataset') return 0;
      if (kind === 'split') return splits.get(question.split)?.order ?? 0;
      const there = part(question.split, question.documentId);
      return Math.max(0, (kind === 'document' ? there?.order : there?.questions.indexOf(question)) ?? 0);
    },
  };
}

function file(splits: Map<string, SplitPart>, question: Question): void {
  const split: SplitPart = splits.get(question.split) ?? { order: splits.size, questions: [], byDocument: new Map() };
  const document = split.byDocument.get(question.documentId) ?? { order: split.byDocument.size, questions: [] };
  split.questions.push(question);
  document.questions.push(question);
  split.byDocument.set(question.documentId, document);
  splits.set(question.split, split);
}
