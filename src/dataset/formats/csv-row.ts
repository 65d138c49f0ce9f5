/**
 * How CSV and TSV are written: which lines are a row, and where its cells stand in them. Papa Parse says what the cells
 * hold, and this follows its rules: a quote within a cell that does not begin with one is a letter, and white space may
 * stand behind a closing quote.
 */
import Papa from 'papaparse';

/** Where a cell stands in a row, its quotes included. */
export interface CellSpan {
  start: number;
  end: number;
  /** Whether its quotes are not closed. */
  isOpen: boolean;
}

/** What separates the cells of a table that begins with this text: its header says so, whatever the rows hold. */
export function delimiterOf(file: string, text: string): string {
  if (/\.tsv$/i.test(file)) return '\t';
  const start = headerStart(text);
  const end = text.indexOf('\n', start);
  return Papa.parse(text.slice(start, end < 0 ? text.length : end), { newline: '\n' }).meta.delimiter;
}

/** Where the first line with something in it begins. */
export function headerStart(text: string): number {
  const first = text.search(/\S/);
  return first < 0 ? 0 : text.lastIndexOf('\n', first) + 1;
}

/** The lines of the row that begins with the first of these: up to one that leaves no quotes open. */
export function rowOf(lines: Iterable<string>, delimiter: string): string[] {
  const row: string[] = [];
  let isOpen = false;
  for (const line of lines) {
    row.push(line);
    if (line.includes('"')) isOpen = spansOf(isOpen ? `"${line}` : line, delimiter).at(-1)!.isOpen;
    if (!isOpen) break;
  }
  return row;
}

/** @param row its lines with `\n` between them */
export function cellsOf(row: string, delimiter: string): string[] {
  return Papa.parse<string[]>(`${row}\n`, { delimiter, newline: '\n' }).data[0] ?? [];
}

export function spansOf(row: string, delimiter: string): CellSpan[] {
  const spans: CellSpan[] = [];
  for (let start = 0; ;) {
    const span = spanAt(row, start, delimiter);
    spans.push(span);
    start = row.indexOf(delimiter, span.end) + 1;
    if (start === 0) return spans;
  }
}

function spanAt(row: string, start: number, delimiter: string): CellSpan {
  if (row[start] !== '"') {
    const next = row.indexOf(delimiter, start);
    return { start, end: next < 0 ? row.length : next, isOpen: false };
  }
  for (let quote = row.indexOf('"', start + 1); quote >= 0; quote = row.indexOf('"', quote + 2))
    if (isClosing(row, quote, delimiter)) return { start, end: quote + 1, isOpen: false };
  return { start, end: row.length, isOpen: true };
}

function isClosing(row: string, quote: number, delimiter: string): boolean {
  let next = quote + 1;
  while (next < row.length && row[next] !== delimiter && row[next] !== '\n' && row[next].trim() === '') next++;
  return next === row.length || row[next] === delimiter || row[next] === '\n';
}

/** A value as a cell, in quotes where it needs them. @param isQuoted whether it is to be in quotes anyway */
export function cellOf(value: string, delimiter: string, isQuoted: boolean): string {
  return Papa.unparse([[value]], { delimiter, quotes: isQuoted });
}
