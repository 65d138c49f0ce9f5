/** The outline of a `.qa` text: documents with their questions, each with its place, and what can be folded. */
import { parseQa, type QaBlock, type QaFile, type QaQuestion, type QaSpan } from './formats/qa-syntax';
import { type Span, spanOn } from './mentions/mention';
import { spanOfFirstLine } from './mentions/qa';

export interface OutlineItem {
  /** Documents are defined here; a reference names one of another file. */
  kind: 'document' | 'reference' | 'question';
  name: string;
  detail: string;
  /** Everything that belongs to it. */
  span: Span;
  /** Its name within. */
  selection: Span;
  children: OutlineItem[];
}

interface Fold {
  /** First and last line, from 0. */
  start: number;
  end: number;
  comment?: true;
}

/** Questions before any heading stand beside the documents. */
export function outlineOf(text: string): OutlineItem[] {
  const lines = text.split(/\r?\n/);
  return parseQa(text).blocks.flatMap(({ heading, ...block }) => {
    const questions = block.questions.map((question) => questionItem(question, lines));
    return heading ? [blockItem({ heading, ...block }, questions, lines)] : questions;
  });
}

/** Documents, questions with answers below them, and comments over several lines. */
export function foldsOf(text: string): Fold[] {
  const items = outlineOf(text).flatMap((item) => [item, ...item.children]);
  const folds = items.map(({ span }): Fold => ({ start: span.start.line, end: span.end.line }));
  return [...folds, ...commentsIn(text)].filter(({ start, end }) => end > start);
}

/** What is not wrong for a dataset, but most likely not meant: headings that nothing follows. Lines count from 1. */
export function idleHeadings({ blocks }: QaFile): QaSpan[] {
  return blocks.flatMap(({ heading, text, questions }) =>
    heading?.value && !text && questions.length === 0 ? [heading] : [],
  );
}

/** First and last line of a question with all that belongs to it, from 1. */
export function linesOfQuestion({ question, attributes, answers }: QaQuestion): { line: number; endLine: number } {
  return { line: question.line, endLine: lastLine([question, ...Object.values(attributes), ...answers]) };
}

function blockItem(
  block: QaBlock & { heading: QaSpan },
  children: OutlineItem[],
  lines: readonly string[],
): OutlineItem {
  const { heading, attributes, text } = block;
  const own = lastLine([heading, ...Object.values(attributes), ...(text ? [text] : [])]);
  const end = Math.max(own, ...children.map(({ span }) => span.end.line + 1));
  return {
    kind: text ? 'document' : 'reference',
    name: heading.value || '(no title)',
    detail: attributes.id?.value ?? '',
    span: spanOfLines(heading.line, end, lines),
    selection: spanOfFirstLine(heading, lines),
    children,
  };
}

function questionItem(part: QaQuestion, lines: readonly string[]): OutlineItem {
  const { line, endLine } = linesOfQuestion(part);
  return {
    kind: 'question',
    name: part.question.value.replaceAll('\n', ' ') || '(no question)',
    detail: part.answers[0]?.value.replaceAll('\n', ' ') ?? '',
    span: spanOfLines(line, endLine, lines),
    selection: spanOfFirstLine(part.question, lines),
    children: [],
  };
}

function spanOfLines(line: number, endLine: number, lines: readonly string[]): Span {
  return { start: spanOn(line - 1, 0, 0).start, end: { line: endLine - 1, column: lines[endLine - 1].length } };
}

function lastLine(spans: readonly QaSpan[]): number {
  return Math.max(...spans.map(({ endLine }) => endLine));
}

function commentsIn(text: string): Fold[] {
  const folds: Fold[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (!line.startsWith('//')) return;
    const last = folds.at(-1);
    if (last?.end === index - 1) last.end = index;
    else folds.push({ start: index, end: index, comment: true });
  });
  return folds;
}
