/** Ways to put a line of a `.qa` text right, for the problems that have an obvious one. Lines count from 1. */
import { escapeLine, parseQa, type QaBlock, type QaFile, QaParser, type QaQuestion } from './formats/qa-syntax';
import { type Mention, type Span, spanOn } from './mentions/mention';
import { namingInQa } from './mentions/qa';
import { isBlank } from './rows';
import { linesOfQuestion } from './qa-outline';

export interface Fix {
  title: string;
  span: Span;
  /** With a part that a person is to replace. */
  text: [before: string, placeholder?: string, after?: string];
}

/** What is known of the dataset that the text belongs to. */
export interface Known {
  /** The file's name without its ending. */
  stem: string;
  has: (name: string) => boolean;
  nearest: (name: string) => string | undefined;
  /** Whether the question that begins at a line has been asked of its document before. */
  isRepeated: (line: number) => boolean;
}

/** The fixes for what is wrong at a line, the best first. */
export function fixesAt(text: string, line: number, known: Known): Fix[] {
  const file = parseQa(text);
  const lines = text.split(/\r?\n/);
  return [
    ...nameFixes(text, file, line, known),
    ...answerFixes(file, line, lines),
    ...questionFixes(file, line, known),
    ...headingFixes(file, line, lines),
    ...lineFixes(lines, line, known),
  ];
}

/** Writes the nearest known name over one that is not known. */
export function respell({ name, span, rewrite }: Mention, { has, nearest }: Pick<Known, 'has' | 'nearest'>): Fix[] {
  const near = rewrite && !has(name) ? nearest(name) : undefined;
  return near === undefined || !rewrite ? [] : [{ title: `Change to "${near}"`, span, text: [rewrite(near)] }];
}

function nameFixes(text: string, { blocks }: QaFile, line: number, known: Known): Fix[] {
  const block = blocks.find((one) => one.heading?.line === line || asksAt(one, line));
  if (!block || block.text || block.heading?.value === '') return [];
  const name = block.attributes.id?.value || (block.heading?.value ?? known.stem);
  if (known.has(name)) return [];
  const places = namingInQa(text, known.stem).mentions;
  const start = (block.heading ?? block.questions[0].question).line - 1;
  const end = block.questions[0]?.question.line ?? Infinity;
  const written = places.filter(({ rewrite, span }) => rewrite && span.start.line >= start && span.start.line < end);
  return [...written.flatMap((mention) => respell(mention, known)), createDocument(block, name, text.split(/\r?\n/))];
}

/** A text under the heading makes it a document; questions without a heading get one. */
function createDocument(block: QaBlock, name: string, lines: readonly string[]): Fix {
  const { heading, attributes, questions } = block;
  const title = `Write the document "${name}" here`;
  const placeholder = 'Text of the document.';
  if (!heading) {
    const span = startOf(questions[0].question.line);
    return { title, span, text: [`# ${escapeLine(name)}\n\n`, placeholder, '\n\n'] };
  }
  const last = Math.max(heading.line, ...Object.values(attributes).map(({ line }) => line));
  return { title, span: endOf(last, lines), text: ['\n\n', placeholder] };
}

function answerFixes({ blocks }: QaFile, line: number, lines: readonly string[]): Fix[] {
  const questions = blocks.flatMap((block) => block.questions);
  const empty = questions.flatMap(({ answers }) => answers).find((one) => one.line === line && isBlank(one.value));
  if (empty) return [removal('Remove this empty answer', empty.line, empty.endLine)];
  const open = questions.find(({ question, answers }) => question.line === line && answers.length === 0);
  if (!open) return [];
  const { endLine } = linesOfQuestion(open);
  return [{ title: 'Write an answer', span: endOf(endLine, lines), text: ['\nA: ', 'answer'] }];
}

function questionFixes({ blocks }: QaFile, line: number, { isRepeated }: Known): Fix[] {
  const part = blocks.flatMap((block) => block.questions).find(({ question }) => question.line === line);
  if (!part) return [];
  if (isBlank(part.question.value)) return [removeQuestion('Remove this empty question', part)];
  return isRepeated(line) ? [removeQuestion('Remove this repeated question', part)] : [];
}

function headingFixes({ blocks }: QaFile, line: number, lines: readonly string[]): Fix[] {
  const heading = blocks.find((block) => block.heading?.line === line)?.heading;
  if (heading?.value !== '') return [];
  return [{ title: 'Give this heading a title', span: wholeLine(line, lines), text: ['# ', 'Title', ''] }];
}

function lineFixes(lines: readonly string[], line: number, { stem }: Known): Fix[] {
  const kinds = kindsUpTo(lines, line);
  const kind = kinds[line - 1];
  if (kind === 'attribute') return [removal('Remove this line', line, line)];
  if (kind !== 'fault') return [];
  return [...continuationFixes(lines, line, kinds), ...placeFixes(lines[line - 1], line, stem, kinds), comment(line)];
}

/** For a line that was to go on with what stands above it. */
function continuationFixes(lines: readonly string[], line: number, kinds: readonly string[]): Fix[] {
  const isIndented = /^[ \t]/.test(lines[line - 1]);
  const above = kinds.findLastIndex((kind, index) => index < line - 1 && kind !== 'blank');
  if (!['question', 'answer', 'continuation'].includes(kinds[above])) return [];
  const isNext = above === line - 2;
  if (isIndented && !isNext) return [removal('Join it to the line above', above + 2, line - 1)];
  if (isIndented || !isNext) return [];
  return [{ title: 'Indent it, to go on with the line above', span: startOf(line), text: ['   '] }];
}

/** For a line that stands before what it needs. */
function placeFixes(text: string, line: number, stem: string, kinds: readonly string[]): Fix[] {
  const asks = kinds.slice(0, line).includes('question');
  if (text.startsWith('A:'))
    return [{ title: 'Write its question above', span: startOf(line), text: ['Q: ', 'question', '\n'] }];
  if (asks || kinds.slice(0, line).includes('heading')) return [];
  return [{ title: 'Put a heading above', span: startOf(line), text: ['# ', stem, '\n\n'] }];
}

function comment(line: number): Fix {
  return { title: 'Make it a comment', span: startOf(line), text: ['// '] };
}

function kindsUpTo(lines: readonly string[], line: number): string[] {
  const parser = new QaParser(() => {});
  return lines.slice(0, line).map((text, index) => parser.take(text, index + 1));
}

function asksAt({ questions }: QaBlock, line: number): boolean {
  return questions.some(({ question }) => question.line === line);
}

function removeQuestion(title: string, part: QaQuestion): Fix {
  const { line, endLine } = linesOfQuestion(part);
  return removal(title, line, endLine);
}

/** Whole lines, with the line end behind them. */
function removal(title: string, line: number, endLine: number): Fix {
  return { title, span: { start: startOf(line).start, end: startOf(endLine + 1).start }, text: [''] };
}

function startOf(line: number): Span {
  return spanOn(line - 1, 0, 0);
}

function endOf(line: number, lines: readonly string[]): Span {
  const { length } = lines[line - 1];
  return spanOn(line - 1, length, length);
}

function wholeLine(line: number, lines: readonly string[]): Span {
  return spanOn(line - 1, 0, lines[line - 1].length);
}
