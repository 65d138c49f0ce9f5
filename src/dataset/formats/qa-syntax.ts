/**
 * The syntax of the `.qa` format (docs/qa-format.md): lines to a tree in which every part knows its lines, so that an
 * edit can replace just those. What the parts mean for a dataset is for the reader to say.
 */
export interface QaSpan {
  value: string;
  /** First and last line, from 1. */
  line: number;
  endLine: number;
  /** Where the value begins in the first line, from 1. */
  column: number;
}

export type QaField = 'id' | 'title' | 'split' | 'domain';
export type QaAttributes = Partial<Record<QaField, QaSpan>>;

export interface QaQuestion {
  question: QaSpan;
  attributes: QaAttributes;
  answers: QaSpan[];
}

/** A heading with what follows it, or the questions before the first heading. */
export interface QaBlock {
  heading?: QaSpan;
  attributes: QaAttributes;
  text?: QaSpan;
  questions: QaQuestion[];
}

export interface QaFault {
  line: number;
  column: number;
  message: string;
}

export interface QaFile {
  /** Attributes before the first heading and the first question: they hold for the whole file. */
  attributes: QaAttributes;
  blocks: QaBlock[];
  faults: QaFault[];
}

/** Parses a whole text, as an editor holds it. */
export function parseQa(text: string): QaFile {
  const blocks: QaBlock[] = [];
  const parser = new QaParser((block) => blocks.push(block));
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  lines.forEach((line, index) => parser.take(line, index + 1));
  parser.end();
  return { attributes: parser.attributes, blocks, faults: parser.faults };
}

const headingLine = /^#(?:[ \t]+|$)/;
const questionLine = /^Q:[ \t]*/;
const answerLine = /^A:[ \t]*/;
const attributeLine = /^(id|title|split|domain):[ \t]*/;
const commentLine = /^\/\//;

/** Whether a line of a document's text would be taken for something else. */
function isMarkup(line: string): boolean {
  return [headingLine, questionLine, answerLine, attributeLine, commentLine].some((pattern) => pattern.test(line));
}

/** What a line is where it stands. */
export type QaLineKind =
  'blank' | 'comment' | 'heading' | 'attribute' | 'text' | 'question' | 'answer' | 'continuation' | 'fault';

/** What attributes can describe. */
export type QaScope = 'file' | 'heading' | 'question';

/** Takes lines one by one and hands over a block as soon as it is complete. */
export class QaParser {
  readonly attributes: QaAttributes = {};
  readonly faults: QaFault[] = [];
  private block: QaBlock | undefined;
  private question: QaQuestion | undefined;
  /** The question or answer that an indented line continues. */
  private open: QaSpan | undefined;
  /** What the next attribute line describes. */
  private describing: QaAttributes | undefined = this.attributes;
  /** Whether nothing stands behind its mark, so that the next line begins it. */
  private bare = false;
  /** Blank lines that belong to the text if more of it follows. */
  private blanks = 0;

  constructor(private readonly emit: (block: QaBlock) => void) {}

  /** Takes the next line and says what it is. */
  take(line: string, number: number): QaLineKind {
    if (commentLine.test(line)) return 'comment';
    if (line.trim() === '') return this.blank();
    const heading = headingLine.exec(line);
    if (heading)
      return this.begin({ heading: spanFrom(line, heading[0].length, number), attributes: {}, questions: [] });
    const question = questionLine.exec(line);
    if (question) return this.ask(spanFrom(line, question[0].length, number), line);
    const answer = answerLine.exec(line);
    if (answer) return this.answer(spanFrom(line, answer[0].length, number), line);
    const attribute = this.describing && attributeLine.exec(line);
    if (attribute) return this.describe(attribute[1] as QaField, spanFrom(line, attribute[0].length, number));
    return this.question ? this.continue(line, number) : this.addText(line, number);
  }

  /** What an attribute on the next line would describe, and what it has already; nothing where it would not be one. */
  get described(): { scope: QaScope; given: QaAttributes } | undefined {
    const scope = this.question ? 'question' : this.block ? 'heading' : 'file';
    return this.describing && { scope, given: this.describing };
  }

  /** Hands over the last block. */
  end(): void {
    if (this.block) this.emit(this.block);
    this.block = undefined;
  }

  private begin(block: QaBlock): QaLineKind {
    this.end();
    this.block = block;
    this.question = undefined;
    this.open = undefined;
    this.bare = false;
    this.describing = block.attributes;
    this.blanks = 0;
    return 'heading';
  }

  private blank(): QaLineKind {
    this.open = undefined;
    this.bare = false;
    this.blanks++;
    return 'blank';
  }

  private ask(question: QaSpan, line: string): QaLineKind {
    if (!this.block) this.begin({ attributes: {}, questions: [] });
    this.question = { question, attributes: {}, answers: [] };
    this.block?.questions.push(this.question);
    this.opens(question, line);
    this.describing = this.question.attributes;
    return 'question';
  }

  private answer(answer: QaSpan, line: string): QaLineKind {
    if (!this.question) return this.fault(answer.line, 'This answer stands before any question.');
    this.question.answers.push(answer);
    this.opens(answer, line);
    this.describing = undefined;
    return 'answer';
  }

  private opens(span: QaSpan, line: string): void {
    this.open = span;
    this.bare = span.column > line.trimEnd().length;
  }

  private describe(field: QaField, value: QaSpan): QaLineKind {
    const attributes = this.describing ?? {};
    if (attributes[field]) this.fault(value.line, `"${field}" is given twice.`);
    attributes[field] = value;
    this.open = undefined;
    this.bare = false;
    return 'attribute';
  }

  private continue(line: string, number: number): QaLineKind {
    const indented = /^[ \t]/.test(line);
    if (indented && this.open) return this.append(this.open, unescape(line.trim()), number, 'continuation');
    if (indented)
      return this.fault(number, 'This indented line continues nothing: a blank line ends a question or answer.');
    return this.fault(number, 'This line is neither Q:, A:, a heading, a comment nor an indented continuation.');
  }

  private addText(line: string, number: number): QaLineKind {
    const { block, blanks } = this;
    if (!block) return this.fault(number, 'This line stands before any heading.');
    this.describing = undefined;
    this.blanks = 0;
    if (block.text) return this.append(block.text, '\n'.repeat(blanks) + unescape(line), number, 'text');
    block.text = { value: unescape(line), line: number, endLine: number, column: 1 };
    return 'text';
  }

  private append(span: QaSpan, value: string, line: number, kind: QaLineKind): QaLineKind {
    span.value = this.bare ? value : `${span.value}\n${value}`;
    span.endLine = line;
    this.bare = false;
    return kind;
  }

  private fault(line: number, message: string): QaLineKind {
    this.faults.push({ line, column: 1, message });
    return 'fault';
  }
}

function spanFrom(line: string, start: number, number: number): QaSpan {
  return { value: unescape(line.slice(start).trim()), line: number, endLine: number, column: start + 1 };
}

/** A backslash at the beginning or end of a line's text keeps what is beside it, and is not part of the text. */
function unescape(text: string): string {
  const rest = text.startsWith('\\') ? text.slice(1) : text;
  return rest.endsWith('\\') ? rest.slice(0, -1) : rest;
}

/** The other way round, for one line of text that stands behind a mark or, with `alone`, on a line of its own. */
export function escapeLine(text: string, alone = false): string {
  const first = text.startsWith('\\') || text !== text.trimStart() || text === '' || (alone && isMarkup(text));
  const last = text.endsWith('\\') || (text !== '' && text !== text.trimEnd());
  return `${first ? '\\' : ''}${text}${last ? '\\' : ''}`;
}
