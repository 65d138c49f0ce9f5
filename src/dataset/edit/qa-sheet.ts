/** `.qa` files: questions and documents are spans of lines, with the comments directly above them. */
import { UserError } from '../../errors';
import {
  escapeLine,
  parseQa,
  type QaAttributes,
  type QaBlock,
  type QaField,
  type QaFile,
  type QaQuestion,
  type QaSpan,
} from '../formats/qa-syntax';
import { attributeLines, textLines, valueLines } from '../formats/qa-write';
import type { Document, Question } from '../model';
import { type InputFile, stemOf } from '../source';
import { LineEditor } from './line-editor';
import { type Beside, type DocumentDraft, isQuestion, type QuestionDraft, type Raw, type Sheet } from './sheet';
import type { TextEdit } from './text';

interface Extent {
  first: number;
  last: number;
}

export class QaSheet implements Sheet {
  readonly kind = 'qa';
  private readonly lines: LineEditor;
  private readonly qa: QaFile;
  /** Questions by the lines that they begin on. */
  private readonly parts: ReadonlyMap<number, QaQuestion>;

  constructor(
    text: string,
    private readonly file: InputFile,
  ) {
    this.lines = new LineEditor(text);
    this.qa = parseQa(text);
    const questions = this.qa.blocks.flatMap((block) => block.questions);
    this.parts = new Map(questions.map((part) => [part.question.line, part]));
  }

  setQuestion(question: Question, text: string): void {
    this.setValue(this.part(question).question, 'Q', text);
  }

  /** Answers at both ends of the list that stay the same are left as they are. */
  setAnswers(question: Question, answers: readonly string[]): void {
    const spans = this.part(question).answers;
    const most = Math.min(spans.length, answers.length);
    let from = 0;
    while (from < most && spans[from].value === answers[from]) from++;
    let back = 0;
    while (back < most - from && spans.at(-1 - back)!.value === answers.at(-1 - back)) back++;
    const old = spans.slice(from, spans.length - back);
    const fresh = answers.slice(from, answers.length - back);
    old.slice(0, fresh.length).forEach((span, index) => this.setValue(span, 'A', fresh[index]));
    for (const span of old.slice(fresh.length)) this.lines.remove(span.line, span.endLine);
    const above = old[fresh.length - 1] ?? old.at(-1) ?? spans[from - 1];
    const at = above ? above.endLine + 1 : spans[0].line;
    this.lines.insert(
      at,
      fresh.slice(old.length).flatMap((answer) => valueLines('A', answer)),
    );
  }

  setTitle(document: Document, title: string): void {
    const { heading, attributes } = this.block(document);
    this.setInLine(attributes.title ?? heading!, title);
  }

  setText(document: Document, text: string): void {
    const { line, endLine } = this.block(document).text!;
    if (this.lines.lines(line, endLine).some(isComment))
      throw new UserError('There are comments in this text: change it in the file.');
    this.lines.replaceLines(line, endLine, textLines(text).join(this.lines.eol));
  }

  namesSplit(question: Question, document: Document): boolean {
    if (this.part(question).attributes.split) return true;
    return !this.isWithin(question, document) && this.splitIn(this.blockOf(document, question)) !== '';
  }

  setSplit(item: Document | Question, split: string): void {
    if (isQuestion(item)) {
      const { attributes, question } = this.part(item);
      this.setAttribute(attributes, question.endLine, 'split', split);
    } else {
      const { attributes, heading } = this.block(item);
      this.setAttribute(attributes, heading!.line, 'split', split);
    }
  }

  remove(documents: readonly Document[], questions: readonly Question[]): void {
    const lines = new Set(questions.map(({ source }) => source.line));
    const isGoing = ({ question }: QaQuestion) => lines.has(question.line);
    const blocks = new Set(documents.map((document) => this.block(document)));
    for (const block of this.qa.blocks)
      if (block.heading && !block.text && block.questions.length > 0 && block.questions.every(isGoing))
        blocks.add(block);
    const alone = this.qa.blocks
      .filter((block) => !blocks.has(block))
      .flatMap((block) => block.questions.filter(isGoing));
    const extents = [
      ...[...blocks].map((one) => this.extentOfBlock(one)),
      ...alone.map((one) => this.extentOfQuestion(one)),
    ];
    for (const extent of this.joined(extents)) this.removeExtent(extent);
  }

  isWithin(question: Question, document: Document): boolean {
    return document.source.file === this.file.path && this.block(document).questions.includes(this.part(question));
  }

  carry(item: Document | Question): Raw {
    const extent = isQuestion(item) ? this.extentOfQuestion(this.part(item)) : this.extentOfBlock(this.block(item));
    return { kind: this.kind, text: this.lines.lines(extent.first, extent.last).join('\n'), split: item.split };
  }

  addQuestions(document: Document, drafts: readonly QuestionDraft[], { before, after }: Beside<Question>): void {
    const block = this.blockOf(document, before ?? after);
    const given = this.splitIn(block) || document.split;
    const parts = drafts.map((draft) => questionLines(draft, given));
    if (before) return this.insertBefore(this.extentOfQuestion(this.part(before)).first, parts);
    const above = after
      ? this.extentOfQuestion(this.part(after)).last
      : block && this.lastLine({ ...block, questions: [] });
    if (above !== undefined) return this.insertAfter(above, parts);
    const headless = document.source.file !== this.file.path && !this.qa.blocks.some(({ heading }) => heading);
    const heading = headless && stemOf(this.file.name) === document.id ? [] : [[`# ${escapeLine(document.id)}`]];
    this.insertAfter(this.lines.count, [...heading, ...parts]);
  }

  addDocuments(drafts: readonly DocumentDraft[], { before, after }: Beside<Document>): void {
    const given = this.splitIn(undefined) || 'train';
    const parts = drafts.map((draft) => documentLines(draft, given));
    if (before) this.insertBefore(this.extentOfBlock(this.block(before)).first, parts);
    else this.insertAfter(after ? this.extentOfBlock(this.block(after)).last : this.lines.count, parts);
  }

  edits(): TextEdit[] {
    return this.lines.edits();
  }

  private block({ source }: Document): QaBlock {
    return this.qa.blocks.find(({ heading }) => heading?.line === source.line)!;
  }

  private part({ source }: Question): QaQuestion {
    const part = this.parts.get(source.line);
    if (!part) throw new Error(`No question begins at ${source.file}:${source.line}`);
    return part;
  }

  /** Where questions about a document stand already, or may stand. */
  private blockOf(document: Document, beside: Question | undefined): QaBlock | undefined {
    if (beside) return this.qa.blocks.find(({ questions }) => questions.includes(this.part(beside)));
    if (document.source.file === this.file.path) return this.block(document);
    return undefined;
  }

  private splitIn(block: QaBlock | undefined): string {
    return block?.attributes.split?.value || this.qa.attributes.split?.value || this.file.split;
  }

  private setValue(span: QaSpan, mark: 'Q' | 'A', value: string): void {
    const { line, endLine, column } = span;
    const old = this.lines.lines(line, endLine);
    const prefix = column > old[0].trimEnd().length ? `${mark}: ` : old[0].slice(0, column - 1);
    const indent =
      old
        .slice(1)
        .find((one) => !isComment(one))
        ?.match(/^[ \t]+/)?.[0] ?? '   ';
    const [first, ...rest] = value.split('\n').map((one) => escapeLine(one));
    const written = [prefix + first, ...old.slice(1).filter(isComment), ...rest.map((one) => indent + one)];
    this.lines.replaceLines(line, endLine, written.join(this.lines.eol));
  }

  /** A value that is one line. */
  private setInLine({ line, column }: QaSpan, value: string): void {
    const text = this.lines.line(line);
    const end = text.trimEnd().length;
    const space = column > end && !/\s$/.test(text.slice(0, column - 1)) ? ' ' : '';
    this.lines.replaceIn(
      line,
      Math.min(column - 1, text.length),
      Math.max(end, Math.min(column - 1, text.length)),
      space + escapeLine(value),
    );
  }

  private setAttribute(attributes: QaAttributes, above: number, field: QaField, value: string): void {
    const known = attributes[field];
    if (known) return this.setInLine(known, value);
    const last = Math.max(above, ...Object.values(attributes).map(({ line }) => line));
    this.lines.insert(last + 1, attributeLines({ [field]: value }));
  }

  private extentOfQuestion({ question, attributes, answers }: QaQuestion): Extent {
    const spans = [question, ...answers, ...Object.values(attributes)];
    return { first: this.withComments(question.line), last: Math.max(...spans.map(({ endLine }) => endLine)) };
  }

  private extentOfBlock(block: QaBlock): Extent {
    return { first: this.withComments(block.heading!.line), last: this.lastLine(block) };
  }

  private lastLine({ heading, attributes, text, questions }: QaBlock): number {
    const spans = [heading, text, ...Object.values(attributes)].map((span) => span?.endLine ?? 0);
    return Math.max(...spans, ...questions.map((one) => this.extentOfQuestion(one).last));
  }

  /** The first of the comment lines directly above a line; one at the top of the file is about the file. */
  private withComments(line: number): number {
    let first = line;
    while (first > 1 && isComment(this.lines.line(first - 1))) first--;
    return first === 1 ? line : first;
  }

  private isBlank(line: number): boolean {
    return this.lines.line(line).trim() === '';
  }

  /** Extents with nothing but blank lines between them are one. */
  private joined(extents: readonly Extent[]): Extent[] {
    const result: Extent[] = [];
    for (const { first, last } of [...extents].sort((a, b) => a.first - b.first)) {
      const above = result.at(-1);
      let gap = first - 1;
      while (above && gap > above.last && this.isBlank(gap)) gap--;
      if (above && gap <= above.last) above.last = Math.max(above.last, last);
      else result.push({ first, last });
    }
    return result;
  }

  /** Takes lines away, and with them the blank lines on one side where there are some on both. */
  private removeExtent({ first, last }: Extent): void {
    let above = first - 1;
    while (above > 0 && this.isBlank(above)) above--;
    let below = last + 1;
    while (below <= this.lines.count && this.isBlank(below)) below++;
    const isLast = below > this.lines.count;
    const hasBlankAbove = above < first - 1 || first === 1;
    if (isLast) this.lines.remove(above + 1, last);
    else this.lines.remove(first, hasBlankAbove ? below - 1 : last);
  }

  private insertBefore(line: number, parts: readonly string[][]): void {
    this.lines.insert(
      line,
      parts.flatMap((part) => [...part, '']),
    );
  }

  private insertAfter(line: number, parts: readonly string[][]): void {
    const isEmpty = this.lines.lines(1, line).every((one) => one.trim() === '');
    const lines = parts.flatMap((part) => ['', ...part]);
    this.lines.insert(line + 1, isEmpty ? lines.slice(1) : lines);
  }
}

function isComment(line: string): boolean {
  return line.startsWith('//');
}

/** @param given the split that it has where it says none */
function questionLines({ question, answers, id, split, raw }: QuestionDraft, given: string): string[] {
  if (raw?.kind === 'qa') return withSplit(raw, split, given);
  const own = { ...(id === undefined ? {} : { id }), ...(split === given ? {} : { split }) };
  return [...valueLines('Q', question), ...attributeLines(own), ...answers.flatMap((one) => valueLines('A', one))];
}

function documentLines({ id, title, text, split, raw }: DocumentDraft, given: string): string[] {
  if (raw?.kind === 'qa') return withSplit(raw, split, given);
  const own = { ...(id === title ? {} : { id }), ...(split === given ? {} : { split }) };
  return [`# ${escapeLine(title)}`, ...attributeLines(own), '', ...textLines(text)];
}

/** The lines of a record with another split, and so the questions of a document that had the same one. */
function withSplit({ text, split: old }: Raw, split: string, given: string): string[] {
  const lines = text.split('\n');
  const [block] = parseQa(text).blocks;
  const { heading, questions } = block;
  const { attributes } = heading ? block : questions[0];
  const below = heading ? questions.map((one) => one.attributes.split).filter((one) => one?.value === old) : [];
  for (const span of [attributes.split, ...below]) if (span) lines[span.line - 1] = `split: ${escapeLine(split)}`;
  const above = heading ?? questions[0].question;
  if (!attributes.split && split !== given) lines.splice(above.endLine, 0, ...attributeLines({ split }));
  return lines;
}
