/** The document that a row of a CSV or TSV file names. */
import { cellOf, cellsOf, delimiterOf, headerStart, rowOf, spansOf } from '../formats/csv-row';
import { namingColumns, type RowFile } from './columns';
import type { Mention, Naming, Position } from './mention';

/** Reads single rows of a text, given where they begin. */
export class CsvNaming {
  private readonly delimiter: string;
  private readonly header: string[];

  constructor(
    private readonly text: string,
    private readonly file: RowFile,
  ) {
    this.delimiter = delimiterOf(file.name, text);
    this.header = cellsOf(this.row(headerStart(text)), this.delimiter);
  }

  /** @param line number of the row's first line, from 0, @param offset where that begins in the text */
  rowAt(line: number, offset: number): Naming {
    const row = this.row(offset);
    const cells = cellsOf(row, this.delimiter);
    if (cells.length !== this.header.length) return { mentions: [], questionIds: [] };
    const valueOf = (column: string) => cells[this.header.indexOf(column)];
    const columns = namingColumns((column) => Boolean(valueOf(column)), this.file);
    const own = columns.question && valueOf(columns.question);
    const index = this.header.indexOf(columns.document);
    const mentions = cells[index] ? [this.mention(row, cells[index], index, line, columns.role)] : [];
    return { mentions, questionIds: own ? [own] : [] };
  }

  private mention(row: string, name: string, index: number, line: number, role: Mention['role']): Mention {
    const { start, end } = spansOf(row, this.delimiter)[index];
    const span = { start: positionIn(row, start, line), end: positionIn(row, end, line) };
    return { name, role, span, rewrite: (id) => cellOf(id, this.delimiter, row[start] === '"') };
  }

  /** The row from an offset on, with LF line ends. */
  private row(offset: number): string {
    return rowOf(linesFrom(this.text, offset), this.delimiter).join('\n');
  }
}

function* linesFrom(text: string, offset: number): Generator<string> {
  for (let start = offset; start <= text.length;) {
    const end = text.indexOf('\n', start);
    yield text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '');
    start = end < 0 ? text.length + 1 : end + 1;
  }
}

function positionIn(row: string, offset: number, line: number): Position {
  const before = row.slice(0, offset).split('\n');
  return { line: line + before.length - 1, column: before[before.length - 1].length };
}
