/** How a row of a file of rows is read and written as text: an object a line, or cells under a header. */
import Papa from 'papaparse';
import { UserError } from '../../errors';
import { guessDelimiter } from '../formats/csv';
import { styleOf, withMembers, writeJson } from './json';
import type { LineEditor } from './line-editor';

export type Values = Record<string, unknown>;

export interface RowCodec {
  /** Rows move as they are written between files of one kind. */
  readonly kind: string;
  /** Whether a list is written as text in a cell. */
  readonly isFlat: boolean;
  /** Whether rows can have a value of this name. */
  has(column: string): boolean;
  /** Number of the last line of the row that begins on a line. */
  lastLine(line: number): number;
  read(raw: string): Values;
  /** The row with some values changed; undefined takes one away. */
  change(raw: string, values: Values): string;
  /** A new row. @param like one to write it like */
  make(values: Values, like: string | undefined): string;
}

export class JsonlCodec implements RowCodec {
  readonly kind = 'jsonl';
  readonly isFlat = false;

  has(): boolean {
    return true;
  }

  lastLine(line: number): number {
    return line;
  }

  read(raw: string): Values {
    return JSON.parse(raw) as Values;
  }

  change(raw: string, values: Values): string {
    return withMembers(raw, values);
  }

  make(values: Values, like = '{"a": 1, "b": 1}'): string {
    const order = [...Object.keys(this.read(like)), ...Object.keys(values)];
    const entries = [...new Set(order)].map((key) => [key, values[key]]);
    return writeJson(Object.fromEntries(entries), styleOf(like), '\n');
  }
}

export class CsvCodec implements RowCodec {
  readonly kind: string;
  readonly isFlat = true;
  private readonly delimiter: string;
  private readonly header: readonly string[];
  /** Whether every cell of the header is in quotes. */
  private readonly quotes: boolean;

  constructor(
    private readonly lines: LineEditor,
    isTsv: boolean,
  ) {
    this.delimiter = isTsv ? '\t' : guessDelimiter(lines.text);
    const first = lines.text.slice(0, lines.text.search(/\S/) + 1).split('\n').length;
    const row = this.lines.lines(first, this.lastLine(first)).join('\n');
    this.header = this.cells(row);
    this.quotes = this.spans(row).every(({ start }) => row[start] === '"');
    this.kind = `csv ${JSON.stringify([this.delimiter, this.header])}`;
  }

  has(column: string): boolean {
    return this.header.includes(column);
  }

  lastLine(line: number): number {
    let quotes = 0;
    for (let last = line; last < this.lines.count; last++) {
      quotes += this.lines.line(last).split('"').length - 1;
      if (quotes % 2 === 0) return last;
    }
    return Math.max(line, this.lines.count);
  }

  read(raw: string): Values {
    const cells = this.cells(raw);
    return Object.fromEntries(this.header.map((name, index) => [name, cells[index]]));
  }

  change(raw: string, values: Values): string {
    let result = raw;
    for (const [name, value] of Object.entries(values)) {
      const index = this.header.indexOf(name);
      if (index < 0 && value === undefined) continue;
      if (index < 0) throw noColumn(name);
      const { start, end } = this.spans(result)[index];
      const cell = this.cell(textOf(value), result[start] === '"');
      result = result.slice(0, start) + cell + result.slice(end);
    }
    return result;
  }

  make(values: Values, like?: string): string {
    const lacking = Object.keys(values).find((name) => values[name] !== undefined && !this.header.includes(name));
    if (lacking !== undefined) throw noColumn(lacking);
    const quoted = like === undefined ? [] : this.spans(like).map(({ start }) => like[start] === '"');
    const cells = this.header.map((name, index) => this.cell(textOf(values[name]), quoted[index] ?? this.quotes));
    return cells.join(this.delimiter);
  }

  private cells(row: string): string[] {
    return Papa.parse<string[]>(row, { delimiter: this.delimiter, newline: '\n' }).data[0] ?? [];
  }

  /** Where the cells of a row stand in it. */
  private spans(row: string): { start: number; end: number }[] {
    let start = 0;
    return this.cells(row).map((cell) => {
      const end = start + (row[start] === '"' ? cell.replaceAll('"', '""').length + 2 : cell.length);
      const span = { start, end };
      start = end + 1;
      return span;
    });
  }

  private cell(value: string, quotes: boolean): string {
    return Papa.unparse([[value]], { delimiter: this.delimiter, quotes: quotes && value !== '' });
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
}

function noColumn(name: string): UserError {
  return new UserError(`This table has no column "${name}".`);
}
