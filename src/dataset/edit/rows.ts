/** How a row of a file of rows is read and written as text: an object a line, or cells under a header. */
import { UserError } from '../../errors';
import { cellOf, cellsOf, delimiterOf, headerStart, rowOf, spansOf } from '../formats/csv-row';
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
    file: string,
  ) {
    const { text } = lines;
    this.delimiter = delimiterOf(file, text);
    const first = text.slice(0, headerStart(text)).split('\n').length;
    const row = lines.lines(first, this.lastLine(first)).join('\n');
    this.header = cellsOf(row, this.delimiter);
    this.quotes = this.quoted(row).every(Boolean);
    this.kind = `csv ${JSON.stringify([this.delimiter, this.header])}`;
  }

  has(column: string): boolean {
    return this.header.includes(column);
  }

  lastLine(line: number): number {
    return Math.max(line, line - 1 + rowOf(this.linesFrom(line), this.delimiter).length);
  }

  read(raw: string): Values {
    const cells = cellsOf(raw, this.delimiter);
    return Object.fromEntries(this.header.map((name, index) => [name, cells[index]]));
  }

  change(raw: string, values: Values): string {
    let result = raw;
    for (const [name, value] of Object.entries(values)) {
      const index = this.header.indexOf(name);
      if (index < 0 && value === undefined) continue;
      if (index < 0) throw noColumn(name);
      const { start, end } = spansOf(result, this.delimiter)[index];
      const cell = cellOf(textOf(value), this.delimiter, result[start] === '"');
      result = result.slice(0, start) + cell + result.slice(end);
    }
    return result;
  }

  make(values: Values, like?: string): string {
    const lacking = Object.keys(values).find((name) => values[name] !== undefined && !this.header.includes(name));
    if (lacking !== undefined) throw noColumn(lacking);
    const quoted = like === undefined ? [] : this.quoted(like);
    const cells = this.header.map((name, index) => {
      const value = textOf(values[name]);
      return cellOf(value, this.delimiter, value !== '' && (quoted[index] ?? this.quotes));
    });
    return cells.join(this.delimiter);
  }

  private *linesFrom(first: number): Generator<string> {
    for (let line = first; line <= this.lines.count; line++) yield this.lines.line(line);
  }

  /** Which cells of a row are in quotes. */
  private quoted(row: string): boolean[] {
    return spansOf(row, this.delimiter).map(({ start }) => row[start] === '"');
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
}

function noColumn(name: string): UserError {
  return new UserError(`This table has no column "${name}".`);
}
