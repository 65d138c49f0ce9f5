/** Moving documents with their questions: within a file, between files of one format, or by naming another split. */
import path from 'node:path';
import { UserError } from '../../errors';
import { breaks } from '../../portions';
import { catalogOf } from '../catalog';
import { groups } from '../group';
import type { Dataset, Document, Question } from '../model';
import { homeOf, isDocumentsFile, takeOut } from './questions';
import type { Format } from '../source';
import type { Beside } from './sheet';
import type { Sheets } from './sheets';

const notAlike = 'Documents can be put beside those in files of the same format.';
const noOrder = 'Each of these documents is a file of its own: their order is that of the names.';

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
    for (const [format, group] of groups(documents, (document) => this.formatOf(document)))
      await this.moveAlike(group, format, { split, before, going });
  }

  /** Documents of one format. A file of plain text is a document and has no order. */
  private async moveAlike(
    documents: readonly Document[],
    format: Format,
    { split, before, going }: { split: string; before?: Document; going: ReadonlySet<Document> },
  ): Promise<void> {
    const all = this.dataset.documents;
    const isBeside = (one: Document) => one.split === split && !going.has(one) && this.formatOf(one) === format;
    const hasOrder = format !== 'text' && (!before || this.formatOf(before) === format);
    const moving = hasOrder ? documents : documents.filter((one) => one.split !== split);
    if (before && moving.length < documents.length) throw new UserError(format === 'text' ? noOrder : notAlike);
    const next = before && hasOrder ? all.slice(all.indexOf(before)).find(isBeside) : undefined;
    const last = format === 'text' ? undefined : all.findLast(isBeside);
    if (last) await this.transfer(moving, { split, before: next, after: next ? undefined : last });
    else for (const document of moving) await this.relabel(document, split);
  }

  private formatOf({ source }: Document): Format {
    return this.sheets.input(source.file).format;
  }

  private async relabel(document: Document, split: string): Promise<void> {
    if (document.split === split) return;
    const sheet = await this.sheets.of(document.source.file);
    sheet.setSplit(document, split);
    await this.follow(document, split, catalogOf(this.dataset).questionsOf(document.id));
  }

  private async transfer(documents: readonly Document[], target: Target): Promise<void> {
    const { split, before, after } = target;
    const file = (before ?? after)!.source.file;
    const drafts = [];
    const turn = breaks();
    for (const document of documents) {
      await turn();
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
    await home.addQuestions(document, await takeOut(beside, split, this.sheets), {});
  }

  /** Whether the question is in a file beside its document's file, and moves to the one beside the other file. */
  private standsBeside({ source }: Question, file: string | undefined): boolean {
    if (file === undefined || !isDocumentsFile(this.sheets.input(file))) return false;
    const isWiki = this.sheets.input(source.file).format === 'wiki';
    return isWiki && path.dirname(source.file) !== path.dirname(file);
  }
}
