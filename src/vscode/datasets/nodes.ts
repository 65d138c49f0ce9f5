/** The rows of the Datasets view as values: what they are called, what they say, what lies around them. Pure. */
import type { Document, Problem, Question } from '../../dataset/model';
import { counted, thousands } from '../../run/format';
import type { Holding } from './holdings';
import type { Contents, Split } from './contents';
import type { Marks } from './marks';

/** What is known of a dataset that has been read. */
export interface Shelf {
  /** What the filter lets through. */
  contents: Contents;
  whole: Contents;
  marks: Marks;
}

interface Below {
  holding: Holding;
  shelf: Shelf;
}

export type Node =
  | { kind: 'dataset'; holding: Holding; shelf?: Shelf }
  | ({ kind: 'split'; split: Split } & Below)
  /** Some of the documents of a split; `to` is behind the last. */
  | ({ kind: 'portion'; split: Split; from: number; to: number } & Below)
  | ({ kind: 'document'; document: Document; exampleId: string } & Below)
  | ({ kind: 'question'; question: Question; exampleId: string } & Below);

export type NodeOf<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>;
export type ItemNode = NodeOf<'document' | 'question'>;

/** Rows below one row. */
const most = 500;

export function splitsOf(holding: Holding, shelf: Shelf): Node[] {
  return shelf.contents.splits.map((split) => ({ kind: 'split', holding, shelf, split }));
}

/** The documents of a split, in portions if there are many. */
export function documentsOf({ holding, shelf, split }: NodeOf<'split'>): Node[] {
  const { length } = split.documents;
  if (length <= most) return documentsIn({ kind: 'portion', holding, shelf, split, from: 0, to: length });
  const count = Math.ceil(length / most);
  return Array.from({ length: count }, (_, part) => portionAt(part * most, { holding, shelf, split }));
}

export function documentsIn({ holding, shelf, split, from, to }: NodeOf<'portion'>): Node[] {
  return split.documents.slice(from, to).map((document) => documentNode(document, { holding, shelf }));
}

export function questionsOf({ holding, shelf, document }: NodeOf<'document'>): Node[] {
  return shelf.contents.questionsOf(document.id).map((question) => questionNode(question, { holding, shelf }));
}

export function documentNode(document: Document, below: Below): NodeOf<'document'> {
  return { kind: 'document', document, exampleId: document.id, ...below };
}

export function questionNode(question: Question, below: Below): NodeOf<'question'> {
  return { kind: 'question', question, exampleId: question.id, ...below };
}

/** The row that a row is below; undefined for a dataset, and for what the filter hides. */
export function parentOf(node: Node): Node | undefined {
  if (node.kind === 'dataset') return undefined;
  const { holding, shelf } = node;
  switch (node.kind) {
    case 'split':
      return { kind: 'dataset', holding, shelf };
    case 'portion':
      return { kind: 'split', holding, shelf, split: node.split };
    case 'document':
      return parentOfDocument(node);
    case 'question': {
      const document = shelf.contents.document(node.question.documentId);
      return document && documentNode(document, { holding, shelf });
    }
  }
}

function parentOfDocument({ document, holding, shelf }: NodeOf<'document'>): Node | undefined {
  const split = shelf.contents.split(document.split);
  const index = split ? split.documents.findIndex(({ id }) => id === document.id) : -1;
  if (!split || index < 0) return undefined;
  if (split.documents.length <= most) return { kind: 'split', holding, shelf, split };
  return portionAt(index - (index % most), { holding, shelf, split });
}

function portionAt(from: number, { split, ...below }: Below & { split: Split }): NodeOf<'portion'> {
  return { kind: 'portion', split, from, to: Math.min(split.documents.length, from + most), ...below };
}

/** Stays the same while the row is the same row, so that what is open stays open. */
export function keyOf(node: Node): string {
  const { key } = node.holding;
  switch (node.kind) {
    case 'dataset':
      return key;
    case 'split':
      return `${key}\nsplit ${node.split.name}`;
    case 'portion':
      return `${key}\nsplit ${node.split.name}\n${node.from}`;
    case 'document':
      return `${key}\ndocument ${node.document.id}`;
    case 'question':
      return `${key}\nquestion ${node.question.id}`;
  }
}

export interface Words {
  label: string;
  description: string;
  /** One fact a line. */
  tooltip: string;
}

const longest = 200;

export function wordsOf(node: Node): Words {
  switch (node.kind) {
    case 'dataset': {
      const { label, sources } = node.holding;
      const tooltip = sources.map(({ path }) => path).join('\n');
      return { label, description: node.shelf ? sizes(node.shelf.contents) : '', tooltip };
    }
    case 'split': {
      const { name, documents, questions } = node.split;
      const description = sizes({ documents: documents.length, questions });
      return { label: name, description, tooltip: `Split ${name}: ${description}` };
    }
    case 'portion': {
      const { from, to, split } = node;
      const description = `${split.documents[from].title} … ${split.documents[to - 1].title}`;
      return { label: `${thousands(from + 1)} to ${thousands(to)}`, description, tooltip: description };
    }
    case 'document':
      return documentWords(node);
    case 'question':
      return questionWords(node);
  }
}

function documentWords({ document, shelf }: NodeOf<'document'>): Words {
  const { id, title, text, domain, source } = document;
  const questions = counted(shelf.contents.questionsOf(id).length, 'question');
  const facts = [
    shortened(text, 400),
    '',
    ...(id === title ? [] : [`Id: ${id}`]),
    ...(domain ? [`Domain: ${domain}`] : []),
  ];
  return { label: oneLine(title), description: questions, tooltip: [...facts, placeWords(source)].join('\n') };
}

function questionWords({ question: record, shelf }: NodeOf<'question'>): Words {
  const { id, question, answers, split, domain, documentId, source } = record;
  const isElsewhere = shelf.contents.splitOf(documentId) !== split;
  const facts = [question, '', ...answers.map((answer) => `• ${answer}`), '', `Id: ${id}`];
  if (isElsewhere) facts.push(`Split: ${split}`);
  if (domain) facts.push(`Domain: ${domain}`);
  const description = answers.map(oneLine).join(' · ') + (isElsewhere ? ` (${split})` : '');
  return { label: oneLine(question), description, tooltip: [...facts, placeWords(source)].join('\n') };
}

/** The rest of a tooltip: what is wrong. */
export function problemWords(problems: readonly Problem[]): string[] {
  const lines = problems.slice(0, 10).map(({ line, message }) => `Line ${line}: ${message}`);
  return problems.length > lines.length ? [...lines, `… and ${problems.length - lines.length} more`] : lines;
}

export function problemsOf(node: Node): readonly Problem[] {
  switch (node.kind) {
    case 'dataset':
      return node.shelf?.marks.all ?? [];
    case 'split':
      return node.shelf.marks.ofSplit(node.split.name);
    case 'portion':
      return node.shelf.marks.all.length === 0 ? [] : documentsIn(node).flatMap((one) => problemsOf(one));
    case 'document':
      return node.shelf.marks.of(node.document);
    case 'question':
      return node.shelf.marks.of(node.question);
  }
}

/** `120 documents · 600 questions`. */
export function sizes({ documents, questions }: { documents: number; questions: number }): string {
  return `${counted(documents, 'document')} · ${counted(questions, 'question')}`;
}

function placeWords({ file, line }: { file: string; line: number }): string {
  return `${file}:${line}`;
}

/** Line breaks would end a label. */
function oneLine(text: string): string {
  return shortened(text.replace(/\s*\n\s*/g, ' ↵ '), longest);
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
