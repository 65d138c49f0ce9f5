/**
 * The document that a row of a CSV or TSV file names. The reader's parser says what the cells hold; where they stand
 * follows from that, since a cell is written in one of two ways.
 */
import Papa from 'papaparse';
import { guessDelimiter } from '../formats/csv';
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
    this.delimiter = /\.tsv$/i.test(file.name) ? '\t' : guessDelimiter(text);
    this.header = this.cells(rowAt(text, text.search(/\S/)));
  }

  /** @param line number of the row's first line, from 0, @param offset where that begins in the text */
  rowAt(line: number, offset: number): Naming {
    const row = rowAt(this.text, offset);
    const cells = this.cells(row);
    if (cells.length !== this.header.length) return { mentions: [], questionIds: [] };
    const valueOf = (column: string) => cells[this.header.indexOf(column)];
    const columns = namingColumns((column) => Boolean(valueOf(column)), this.file);
    const own = columns.question && valueOf(columns.question);
    const index = this.header.indexOf(columns.document);
    const mentions = cells[index] ? [this.mention(row, cells, index, line, columns.role)] : [];
    return { mentions, questionIds: own ? [own] : [] };
  }

  private mention(row: string, cells: string[], index: number, line: number, role: Mention['role']): Mention {
    let start = 0;
    for (const cell of cells.slice(0, index)) start += lengthAt(row, start, cell) + 1;
    const end = start + lengthAt(row, start, cells[index]);
    const span = { start: positionIn(row, start, line), end: positionIn(row, end, line) };
    const quoted = row[start] === '"';
    const rewrite = (id: string) => Papa.unparse([[id]], { delimiter: this.delimiter, quotes: quoted });
    return { name: cells[index], role, span, rewrite };
  }

  private cells(row: string): string[] {
    return Papa.parse<string[]>(row, { delimiter: this.delimiter, newline: '\n' }).data[0] ?? [];
  }
}

/** The row from an offset on: its lines up to the one that closes the last quotes, with LF line ends. */
function rowAt(text: string, offset: number): string {
  let quotes = 0;
  for (let start = offset; ;) {
    const end = (text.indexOf('\n', start) + 1 || text.length + 1) - 1;
    quotes += text.slice(start, end).split('"').length - 1;
    if (quotes % 2 === 0 || end >= text.length) return text.slice(offset, end).replace(/\r(?=\n|$)/g, '');
    start = end + 1;
  }
}

/** How many characters a cell takes that begins here. */
function lengthAt(row: string, start: number, value: string): number {
  return row[start] === '"' ? value.replaceAll('"', '""').length + 2 : value.length;
}

function positionIn(row: string, offset: number, line: number): Position {
  const before = row.slice(0, offset).split('\n');
  return { line: line + before.length - 1, column: before[before.length - 1].length };
}
