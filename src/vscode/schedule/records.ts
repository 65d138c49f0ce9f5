/** The dataset as the schedule's worker knows it: built up slice by slice, found by id and by place in a file. */
import { groups } from '../../dataset/group';
import type { Dataset, Document, Question } from '../../dataset/model';
import type { DataSlice, Row } from './protocol';

export class Records {
  readonly dataset: Dataset = { documents: [], questions: [] };
  private index?: Map<string, Document | Question>;
  private files?: Map<string, (Document | Question)[]>;

  add({ documents, questions }: DataSlice): void {
    for (const document of documents) this.dataset.documents.push(document);
    for (const question of questions) this.dataset.questions.push(question);
    this.index = this.files = undefined;
  }

  get(id: string): Document | Question | undefined {
    this.index ??= new Map(this.all().map((record) => [record.id, record]));
    return this.index.get(id);
  }

  /** The record that a line of a file belongs to: the last one that begins there or before. */
  at(file: string, line: number): Document | Question | undefined {
    this.files ??= byFile(this.all());
    return this.files.get(file)?.findLast(({ source }) => source.line <= line);
  }

  row(id: string): Row {
    const record = this.get(id)!;
    const { split, source } = record;
    return 'text' in record
      ? { kind: 'document', id, label: record.title, documentId: id, split, source }
      : { kind: 'question', id, label: record.question, documentId: record.documentId, split, source };
  }

  /** Accepted answers to the questions about a document. */
  answersTo(documentId: string): string[] {
    return this.dataset.questions.filter((one) => one.documentId === documentId).flatMap(({ answers }) => answers);
  }

  private all(): (Document | Question)[] {
    return [...this.dataset.documents, ...this.dataset.questions];
  }
}

function byFile(records: readonly (Document | Question)[]): Map<string, (Document | Question)[]> {
  const files = groups(records, ({ source }) => source.file);
  for (const list of files.values()) list.sort((a, b) => a.source.line - b.source.line);
  return files;
}
