/** What a drop in the Datasets view means. Pure. */
import type { Change } from '../../dataset/edit/change';
import type { Document, Question } from '../../dataset/model';
import { UserError } from '../../errors';
import type { Contents } from './contents';
import type { Node } from './nodes';

/** What is dragged; ids in any order. */
export interface Dragged {
  /** Of the dataset. */
  key: string;
  documents: string[];
  questions: string[];
}

export function draggedFrom(nodes: readonly Node[]): Dragged | undefined {
  const [first] = nodes;
  const own = nodes.filter((node) => node.holding.key === first.holding.key);
  const documents = own.flatMap((node) => (node.kind === 'document' ? [node.document.id] : []));
  const questions = own.flatMap((node) => (node.kind === 'question' ? [node.question.id] : []));
  return documents.length + questions.length > 0 ? { key: first.holding.key, documents, questions } : undefined;
}

/**
 * Documents take the place of the document that they are dropped on, or come last in a split; questions take the place
 * of a question, or come last in a document. Questions that go with their documents are not moved by themselves.
 * @throws UserError where nothing is meant
 */
export function changeFor({ key, documents, questions }: Dragged, target: Node): Change | undefined {
  if (target.holding.key !== key)
    throw new UserError('Documents and questions stay in their dataset: drop them there.');
  if (target.kind === 'dataset') return undefined;
  return documents.length > 0 ? documentsTo(documents, target) : questionsTo(questions, target);
}

function documentsTo(ids: string[], target: Exclude<Node, { kind: 'dataset' }>): Change {
  const { whole } = target.shelf;
  switch (target.kind) {
    case 'split':
      return { kind: 'move documents', ids, split: target.split.name };
    case 'portion':
      return documentsBefore(ids, target.split.documents[target.from], whole);
    case 'document':
      return documentsBefore(ids, target.document, whole);
    case 'question': {
      const document = whole.document(target.question.documentId);
      if (!document) throw new UserError('Drop documents on a document or on a split.');
      return documentsBefore(ids, document, whole);
    }
  }
}

function documentsBefore(ids: string[], { id, split }: Document, whole: Contents): Change {
  const all = whole.split(split)?.documents ?? [];
  return { kind: 'move documents', ids, split, before: placeOf(ids, id, all) };
}

function questionsTo(ids: string[], target: Exclude<Node, { kind: 'dataset' }>): Change {
  if (target.kind === 'document') return { kind: 'move questions', ids, document: target.document.id };
  if (target.kind !== 'question') throw new UserError('Drop questions on a document or on a question.');
  const { documentId, id } = target.question;
  const all = target.shelf.whole.questionsOf(documentId);
  return { kind: 'move questions', ids, document: documentId, before: placeOf(ids, id, all) };
}

/** The record to come before: the target, or the one behind it for records that all come from above it. */
function placeOf(ids: readonly string[], target: string, all: readonly (Document | Question)[]): string | undefined {
  const order = all.map(({ id }) => id);
  const at = order.indexOf(target);
  const isDown = ids.every((id) => order.includes(id) && order.indexOf(id) < at);
  return isDown ? order[at + 1] : target;
}
