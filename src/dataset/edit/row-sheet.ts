/** Files of rows: the Wiki2023 layout, and tables as JSONL, CSV or TSV. */
import path from 'node:path';
import { UserError } from '../../errors';
import { eachInPortions } from '../../portions';
import { plainId } from '../formats/wiki';
import type { Document, Question } from '../model';
import { type Layout, layoutOf } from '../rows';
import type { InputFile } from '../source';
import { answersIn, answersMoved } from './answers';
import { LineEditor } from './line-editor';
import { CsvCodec, JsonlCodec, type RowCodec, type Values } from './rows';
import { type Beside, type DocumentDraft, isQuestion, type QuestionDraft, type Raw, type Sheet } from './sheet';
import type { TextEdit } from './text';

type Item = Document | Question;
/** Stands between the rows of a document. */
const between = '\0';

export class RowSheet implements Sheet {
  readonly kind: string;
  private readonly lines: LineEditor;
  private readonly codec: RowCodec;
  /** The columns of rows that are a document, and of those that ask. */
  private readonly documents: Layout;
  private readonly questions: Layout;
  /** Rows as they are to be, under the numbers of their lines. */
  private readonly changed = new Map<number, string>();

  constructor(
    text: string,
    private readonly file: InputFile,
  ) {
    const isWiki = file.format === 'wiki';
    this.lines = new LineEditor(text);
    this.documents = layoutOf(isWiki ? { id: 'wiki_id' } : file.columns);
    this.questions = layoutOf(isWiki ? { document: 'wiki_id' } : file.columns);
    const ending = path.extname(file.path).toLowerCase();
    const isCsv = ending === '.csv' || ending === '.tsv';
    this.codec = isCsv ? new CsvCodec(this.lines, file.path) : new JsonlCodec();
    this.kind = JSON.stringify([this.codec.kind, this.documents, this.questions]);
  }

  setQuestion(question: Question, text: string): void {
    this.change(question, { [this.questions.question]: text });
  }

  setAnswers(question: Question, answers: readonly string[]): void {
    const row = this.read(question);
    this.change(question, answersIn(row, this.questions, answers, this.codec.isFlat));
  }

  setTitle(document: Document, title: string): void {
    for (const line of this.linesOf(document)) this.changeLine(line, { [this.documents.title]: title });
  }

  setText(document: Document, text: string): void {
    const moved = (line: number) => answersMoved(this.readLine(line), this.questions, text);
    for (const line of this.linesOf(document)) this.changeLine(line, { [this.documents.text]: text, ...moved(line) });
  }

  namesSplit(question: Question): boolean {
    return this.file.split !== '' || this.has(this.read(question), this.questions.split);
  }

  setSplit(item: Item, split: string): void {
    const lines = isQuestion(item) ? [item.source.line] : this.linesOf(item);
    for (const line of lines) this.changeLine(line, this.splitChange(this.readLine(line), split));
  }

  remove(documents: readonly Document[], questions: readonly Question[]): void {
    const going = new Set(documents.map(({ id }) => id));
    const lines = new Set(questions.map(({ source }) => source.line));
    for (const { documentId, source } of questions) if (!going.has(documentId)) this.checkAlone(source.line, lines);
    for (const line of documents.flatMap((one) => this.linesOf(one))) lines.add(line);
    for (const line of lines) this.lines.remove(line, this.codec.lastLine(line));
  }

  isWithin(question: Question, document: Document): boolean {
    return document.source.file === this.file.path && this.isBoth(question.source.line);
  }

  carry(item: Item): Raw {
    const lines = isQuestion(item) ? [item.source.line] : this.linesOf(item);
    return { kind: this.kind, text: lines.map((line) => this.raw(line)).join(between), split: item.split };
  }

  async addQuestions(document: Document, drafts: readonly QuestionDraft[], { before, after }: Beside<Question>) {
    const own = document.source.file === this.file.path ? document : undefined;
    const context = own && this.isBoth(own.source.line) ? this.readLine(own.source.line) : undefined;
    const like = (before ?? after)?.source.line;
    const rows: string[] = [];
    await eachInPortions(drafts, (draft) => rows.push(this.questionRow(document, draft, context, like)));
    this.insert(rows, before?.source.line, (after ?? own)?.source.line);
  }

  addDocuments(drafts: readonly DocumentDraft[], { before, after }: Beside<Document>): void {
    const like = (before ?? after)?.source.line;
    const rows = drafts.flatMap((draft) => this.documentRow(draft, like));
    this.insert(rows, before?.source.line, after && Math.max(...this.linesOf(after)));
  }

  edits(): TextEdit[] {
    for (const [line, raw] of this.changed)
      this.lines.replaceLines(line, this.codec.lastLine(line), raw.split('\n').join(this.lines.eol));
    this.changed.clear();
    return this.lines.edits();
  }

  private questionRow(
    document: Document,
    draft: QuestionDraft,
    context: Values | undefined,
    like: number | undefined,
  ): string {
    const { questions: layout, codec } = this;
    const shared = context && this.contextOf(context);
    if (draft.raw?.kind === this.kind) {
      const row = codec.read(draft.raw.text);
      const naming = this.has(row, layout.document)
        ? { [layout.document]: this.idLike(row[layout.document], document.id) }
        : {};
      const answers = shared ? answersMoved(row, layout, String(shared[layout.text])) : {};
      const split = this.splitChange(row, draft.split, document);
      return codec.change(draft.raw.text, { ...shared, ...naming, ...answers, ...split });
    }
    const known = like === undefined ? {} : this.readLine(like);
    const naming = shared ?? { [layout.document]: this.idLike(known[layout.document], document.id) };
    const answers = answersIn({ ...this.answerFieldsOf(known), ...shared }, layout, draft.answers, codec.isFlat);
    const own = draft.id === undefined ? {} : { [layout.id]: draft.id };
    const values = { ...own, ...naming, [layout.question]: draft.question, ...answers };
    const split = this.splitChange({}, draft.split, document);
    return codec.make({ ...values, ...split }, like === undefined ? undefined : this.raw(like));
  }

  private documentRow(draft: DocumentDraft, like: number | undefined): string[] {
    const { documents: layout, codec } = this;
    if (draft.raw?.kind === this.kind) {
      const rows = draft.raw.text.split(between);
      return rows.map((raw) => codec.change(raw, this.splitChange(codec.read(raw), draft.split)));
    }
    const model = like !== undefined && !this.isBoth(like) ? like : undefined;
    const id = this.idLike(model && this.readLine(model)[layout.id], draft.id);
    const values = { [layout.id]: id, [layout.title]: draft.title, [layout.text]: draft.text };
    return [
      codec.make(
        { ...values, ...this.splitChange({}, draft.split) },
        model === undefined ? undefined : this.raw(model),
      ),
    ];
  }

  /** What a row says of its document where it holds the text too. */
  private contextOf(row: Values): Values {
    const { text, title, document } = this.questions;
    return Object.fromEntries(
      [document, title, text].filter((name) => this.has(row, name)).map((name) => [name, row[name]]),
    );
  }

  /** The fields for answers that a row has, emptied; where it has none, what it may have. */
  private answerFieldsOf(row: Values): Values {
    const { answer, answers } = this.questions;
    const single = this.has(row, answer) ? { [answer]: '' } : {};
    if (!this.has(row, answers)) return this.codec.has(answer) ? single : { [answers]: [] };
    const isSquad = typeof row[answers] === 'object' && !Array.isArray(row[answers]);
    return { ...single, [answers]: isSquad ? { text: [], answer_start: [] } : [] };
  }

  /** A split of one's own is written where there is one, or where the place says another. */
  private splitChange(row: Values, split: string, document?: Document): Values {
    const column = this.documents.split;
    const given = this.file.split || document?.split || (document ? '' : 'train');
    return this.has(row, column) || given !== split ? { [column]: split } : {};
  }

  private idLike(value: unknown, id: string): string | number {
    return typeof value === 'string' ? id : plainId(id);
  }

  private insert(rows: readonly string[], before: number | undefined, after: number | undefined): void {
    const at = before ?? (after === undefined ? this.lines.count + 1 : this.codec.lastLine(after) + 1);
    this.lines.insert(
      at,
      rows.flatMap((row) => row.split('\n')),
    );
  }

  /** The rows that say what a document is: its own, and those of questions that hold its text. */
  private linesOf(document: Document): number[] {
    const { line } = document.source;
    if (!this.isBoth(line)) return [line];
    const row = this.readLine(line);
    return this.allLines().filter((one) => this.isSameText(this.tryRead(one), row));
  }

  private isSameText(one: Values | undefined, other: Values): boolean {
    const { text, document } = this.questions;
    return one !== undefined && one[text] === other[text] && one[document] === other[document];
  }

  private allLines(): number[] {
    const found: number[] = [];
    const { count } = this.lines;
    for (let line = 1; line <= count; line = this.codec.lastLine(line) + 1) found.push(line);
    return found;
  }

  /** A line may be left out of the dataset for what it is. */
  private tryRead(line: number): Values | undefined {
    try {
      const row: unknown = this.readLine(line);
      return typeof row === 'object' && row !== null ? (row as Values) : undefined;
    } catch {
      return undefined;
    }
  }

  /** A document that only stands in rows of questions would vanish with the last one. */
  private checkAlone(line: number, going: ReadonlySet<number>): void {
    if (!this.isBoth(line)) return;
    const row = this.readLine(line);
    const stays = this.allLines().some((one) => !going.has(one) && this.isSameText(this.tryRead(one), row));
    if (!stays)
      throw new UserError('The document stands in the row of this, its only question: delete or move the document.');
  }

  private isBoth(line: number): boolean {
    const row = this.tryRead(line) ?? {};
    const { question, answer, answers, text } = this.questions;
    return (
      this.file.format === 'table' &&
      this.has(row, text) &&
      [question, answer, answers].some((one) => this.has(row, one))
    );
  }

  private has(row: Values, column: string): boolean {
    const value = row[column];
    return value !== undefined && value !== null && value !== '';
  }

  private read({ source }: Item): Values {
    return this.readLine(source.line);
  }

  private readLine(line: number): Values {
    return this.codec.read(this.raw(line));
  }

  private raw(line: number): string {
    return this.changed.get(line) ?? this.lines.lines(line, this.codec.lastLine(line)).join('\n');
  }

  private change({ source }: Item, values: Values): void {
    this.changeLine(source.line, values);
  }

  private changeLine(line: number, values: Values): void {
    this.changed.set(line, this.codec.change(this.raw(line), values));
  }
}
