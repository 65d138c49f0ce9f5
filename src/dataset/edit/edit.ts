/**
 * From what a person does to a dataset to edits of its files' texts, as small as can be: everything else in the files
 * stays as it is, byte for byte. Pure but for the reading of texts, which an editor may hold unsaved.
 */
import path from 'node:path';
import { stringify } from 'yaml';
import { UserError } from '../../errors';
import { type Catalog, catalogOf } from '../catalog';
import { fileName } from '../formats/text';
import { groups } from '../group';
import type { Document, Question } from '../model';
import type { Change, Desk, FileEdit } from './change';
import { DocumentMover } from './documents';
import { placeFor, takeOut } from './questions';
import { isQuestion } from './sheet';
import { Sheets } from './sheets';
import { wrongText, wrongTitle } from './words';

/** @throws UserError for what the files cannot say, and for what is not a dataset any more. */
export async function editDataset(desk: Desk, change: Change): Promise<FileEdit[]> {
  const editor = new DatasetEditor(desk);
  await editor.make(change);
  return editor.sheets.edits();
}

class DatasetEditor {
  readonly sheets: Sheets;

  constructor(private readonly desk: Desk) {
    this.sheets = new Sheets(desk);
  }

  make(change: Change): Promise<void> {
    switch (change.kind) {
      case 'add question':
        return this.addQuestion(change);
      case 'add document':
        return this.addDocument(change);
      case 'change question':
        return this.changeQuestion(change);
      case 'change document':
        return this.changeDocument(change);
      case 'delete':
        return this.delete(change.ids);
      case 'move questions':
        return this.moveQuestions(change);
      case 'move documents':
        return this.moveDocuments(change);
    }
  }

  private get catalog(): Catalog {
    return catalogOf(this.desk.dataset);
  }

  private async addQuestion({ document: id, question, answers, before }: Extract<Change, { kind: 'add question' }>) {
    check(wrongText(question), ...answers.map(wrongText));
    const document = this.document(id);
    const place = await this.placeIn(document, new Set(), before);
    await place.sheet.addQuestions(document, [{ question, answers, split: place.split }], place);
  }

  private async addDocument({ title, text, split, after }: Extract<Change, { kind: 'add document' }>) {
    check(wrongTitle(title), wrongText(text));
    const { documents } = this.desk.dataset;
    const named = after === undefined ? undefined : this.document(after);
    const beside = named ?? documents.findLast((one) => one.split === split) ?? documents.at(-1);
    const file = beside?.source.file ?? this.desk.files[0]?.path;
    if (file === undefined) throw new UserError('This dataset has no file to write a document in.');
    const input = this.sheets.input(file);
    const id = this.freeId(title, beside);
    if (input.format === 'text')
      return this.addTextFile(path.dirname(file), { id, title, text, split }, input.split || 'train');
    (await this.sheets.of(file)).addDocuments([{ id, title, text, split }], { after: beside });
  }

  private async changeQuestion({ id, question, answers }: Extract<Change, { kind: 'change question' }>) {
    check(question === undefined ? undefined : wrongText(question), ...(answers ?? []).map(wrongText));
    const known = this.question(id);
    const sheet = await this.sheets.of(known.source.file);
    if (question !== undefined && question !== known.question) sheet.setQuestion(known, question);
    if (answers && answers.join('\0') !== known.answers.join('\0')) sheet.setAnswers(known, answers);
  }

  private async changeDocument({ id, title, text }: Extract<Change, { kind: 'change document' }>) {
    check(title === undefined ? undefined : wrongTitle(title), text === undefined ? undefined : wrongText(text));
    const known = this.document(id);
    const sheet = await this.sheets.of(known.source.file);
    if (title !== undefined && title !== known.title) sheet.setTitle(known, title);
    if (text !== undefined && text !== known.text) sheet.setText(known, text);
  }

  private async delete(ids: readonly string[]) {
    const { documents, questions } = this.picked(ids);
    const going = new Set(documents.map(({ id }) => id));
    const alone = new Set(questions);
    const below = this.desk.dataset.questions.filter((one) => going.has(one.documentId) || alone.has(one));
    const byFile = groups<Document | Question, string>([...documents, ...below], ({ source }) => source.file);
    for (const [file, items] of byFile) {
      if (this.sheets.input(file).format === 'text') this.sheets.delete(file);
      else {
        const isDocument = (one: Document | Question): one is Document => !isQuestion(one);
        (await this.sheets.of(file)).remove(items.filter(isDocument), items.filter(isQuestion));
      }
    }
  }

  private async moveQuestions({ ids, document: id, before }: Extract<Change, { kind: 'move questions' }>) {
    const document = this.document(id);
    const own = this.catalog.questionsOf(id);
    let { questions } = this.picked(ids);
    const picked = new Set(questions);
    if (own.every((one) => picked.has(one))) questions = questions.filter(({ documentId }) => documentId !== id);
    if (questions.length === 0) return;
    const place = await this.placeIn(document, new Set(questions), before);
    await place.sheet.addQuestions(document, await takeOut(questions, place.split, this.sheets), place);
  }

  private async moveDocuments({ ids, split, before }: Extract<Change, { kind: 'move documents' }>) {
    check(wrongTitle(split) && 'The name of a split is one line and not empty.');
    const { documents } = this.picked(ids);
    const mover = new DocumentMover(this.desk.dataset, this.sheets);
    await mover.move(documents, split, before === undefined ? undefined : this.document(before));
  }

  private placeIn(document: Document, going: ReadonlySet<Question>, before: string | undefined) {
    const { catalog } = this;
    const { sheets } = this;
    return placeFor(document, {
      catalog,
      sheets,
      going,
      before: before === undefined ? undefined : this.question(before),
    });
  }

  private addTextFile(folder: string, { id, title, text, split }: Omit<Document, 'source'>, given: string): void {
    const stem = fileName(id);
    const file = path.join(folder, `${stem}.md`);
    const isTaken = this.desk.files.some((one) => one.path.toLowerCase() === file.toLowerCase());
    if (isTaken) throw new UserError(`There is a file ${stem}.md already.`);
    const front = { ...(stem === id ? {} : { id }), title, ...(split === given ? {} : { split }) };
    this.sheets.create(file, 'text', `---\n${stringify(front, { lineWidth: 0 })}---\n\n${text}\n`);
  }

  /** Documents with numbers get the next one, others their title. */
  private freeId(title: string, beside: Document | undefined): string {
    const { catalog } = this;
    const { documents } = this.desk.dataset;
    const numbers = documents.map(({ id }) => (/^\d{1,15}$/.test(id) ? Number(id) : 0));
    const isNumbered = beside !== undefined && /^\d+$/.test(beside.id) && beside.id !== beside.title;
    if (isNumbered) return String(numbers.reduce((most, one) => Math.max(most, one), 0) + 1);
    const isFree = (id: string) => !catalog.document(id) && !catalog.question(id) && catalog.titled(id).length === 0;
    for (let copy = 1; ; copy++) {
      const id = copy === 1 ? title : `${title}-${copy}`;
      if (isFree(id)) return id;
    }
  }

  /** The records with these ids, in the order of the dataset. */
  private picked(ids: readonly string[]): { documents: Document[]; questions: Question[] } {
    const wanted = new Set(ids);
    const { documents, questions } = this.desk.dataset;
    const isWanted = ({ id }: { id: string }) => wanted.has(id);
    return { documents: documents.filter(isWanted), questions: questions.filter(isWanted) };
  }

  private document(id: string): Document {
    return this.catalog.document(id) ?? gone(id);
  }

  private question(id: string): Question {
    return this.catalog.question(id) ?? gone(id);
  }
}

function check(...faults: (string | undefined)[]): void {
  const fault = faults.find((one) => one !== undefined);
  if (fault !== undefined) throw new UserError(fault);
}

function gone(id: string): never {
  throw new UserError(`"${id}" is not in the dataset any more.`);
}
