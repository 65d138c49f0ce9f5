/** Moving documents with their questions: within a file, between files of one format, or by naming another split. */
import path from 'node:path';
import { UserError } from '../../errors';
import { catalogOf } from '../catalog';
import type { Dataset, Document, Question } from '../model';
import { homeOf, isDocumentsFile, takeOut } from './questions';
import type { Beside } from './sheet';
import type { Sheets } from './sheets';

interface Target extends Beside<Document> {
  split: string;
}

export class DocumentMover {
  constructor(
    private readonly dataset: Dataset,
    private readonly sheets: Sheets,
  ) {}

  async move(documents: readonly Document[], split: string, before?: Document): Promise<void> {
    const going = new Set(documents);
    const all = this.dataset.documents;
    const next = before && all.slice(all.indexOf(before)).find((one) => !going.has(one) && one.split === split);
    const after = next ? undefined : all.findLast((one) => !going.has(one) && one.split === split);
    const target: Target = { split, before: next, after };
    const travelling = documents.filter((document) => this.canTravel(document, target));
    for (const document of documents) if (!travelling.includes(document)) await this.relabel(document, target);
    if (travelling.length > 0) await this.transfer(travelling, target);
  }

  /** Whether the document can stand beside the target; a file of plain text is a document and has no order. */
  private canTravel({ source, split }: Document, { before, after, split: wanted }: Target): boolean {
    const beside = (before ?? after)?.source.file;
    const { format } = this.sheets.input(source.file);
    const isAlike = beside !== undefined && format !== 'text' && this.sheets.input(beside).format === format;
    if (isAlike || split !== wanted || !before) return isAlike;
    throw new UserError(
      format === 'text'
        ? 'Each of these documents is a file of its own: their order is that of the names.'
        : 'Documents can be put beside those in files of the same format.',
    );
  }

  private async relabel(document: Document, { split }: Target): Promise<void> {
    if (document.split === split) return;
    const sheet = await this.sheets.of(document.source.file);
    sheet.setSplit(document, split);
    await this.follow(document, split, catalogOf(this.dataset).questionsOf(document.id));
  }

  private async transfer(documents: readonly Document[], target: Target): Promise<void> {
    const { split, before, after } = target;
    const file = (before ?? after)!.source.file;
    const drafts = [];
    for (const document of documents) {
      const sheet = await this.sheets.of(document.source.file);
      const questions = catalogOf(this.dataset).questionsOf(document.id);
      const within = questions
        .filter(({ source }) => source.file === document.source.file)
        .filter((one) => sheet.isWithin(one, document));
      drafts.push({ ...document, split, raw: sheet.carry(document) });
      sheet.remove([document], within);
      const others = questions.filter((one) => !within.includes(one));
      await this.follow(document, split, others, file);
    }
    (await this.sheets.of(file)).addDocuments(drafts, { before, after });
  }

  /** Questions that have the split of their document keep having it. @param file that the document moves to */
  private async follow(
    document: Document,
    split: string,
    questions: readonly Question[],
    file?: string,
  ): Promise<void> {
    const same = document.split === split ? [] : questions.filter((one) => one.split === document.split);
    const beside = same.filter((one) => this.standsBeside(one, file));
    for (const question of same) {
      if (beside.includes(question)) continue;
      const sheet = await this.sheets.of(question.source.file);
      if (sheet.namesSplit(question, document)) sheet.setSplit(question, split);
    }
    if (beside.length === 0) return;
    const home = await homeOf(file!, this.sheets);
    home.addQuestions(document, await takeOut(beside, split, this.sheets), {});
  }

  /** Whether the question is in a file beside its document's file, and moves to the one beside the other file. */
  private standsBeside({ source }: Question, file: string | undefined): boolean {
    if (file === undefined || !isDocumentsFile(this.sheets.input(file))) return false;
    const isWiki = this.sheets.input(source.file).format === 'wiki';
    return isWiki && path.dirname(source.file) !== path.dirname(file);
  }
}
