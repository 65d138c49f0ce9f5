/** The rows of a CSV or TSV file with a header line. A row counts from the line that it starts on. */
import { Readable } from 'node:stream';
import Papa from 'papaparse';
import { readLines } from '../lines';
import { Findings } from '../problem';
import type { Row } from '../rows';
import type { InputFile } from '../source';
import { delimiterOf } from './csv-row';

/** Hands over the rows in order. A row whose number of values differs from the header's is a problem and left out. */
export async function eachCsvRow(file: InputFile, findings: Findings, take: (row: Row) => void): Promise<void> {
  const table = new CsvTable(file, findings, take);
  const delimiter = delimiterOf(file.path, await headerOf(file));
  const failure = await new Promise<Error | undefined>((resolve) => {
    Papa.parse<string[]>(Readable.from(pieces(file, findings)) as NodeJS.ReadableStream, {
      delimiter,
      newline: '\n',
      step: ({ data, errors }) => table.take(data, errors),
      complete: () => resolve(undefined),
      error: resolve,
    });
  });
  if (failure) throw failure;
}

/** The first line with something in it; what is wrong with the file is told when it is read. */
async function headerOf(file: InputFile): Promise<string> {
  for await (const lines of readLines(file, new Findings()))
    for (const { text } of lines) if (text.trim() !== '') return text;
  return '';
}

class CsvTable {
  private header: string[] | undefined;
  private line = 1;

  constructor(
    private readonly file: InputFile,
    private readonly findings: Findings,
    private readonly emit: (row: Row) => void,
  ) {}

  take(cells: string[], errors: readonly Papa.ParseError[]): void {
    const source = { file: this.file.path, line: this.line, column: 1 };
    this.line += 1 + cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
    const fault = errors.find((error) => error.type === 'Quotes');
    if (fault) this.findings.error(source, `The quotes in this row are not closed or not doubled; it is left out.`);
    else if (cells.length === 1 && cells[0].trim() === '') return;
    else if (!this.header) this.begin(cells, source);
    else if (cells.length !== this.header.length) this.findings.error(source, this.wrongCount(cells, this.header));
    else this.emit({ values: named(this.header, cells), source, columnOf: () => 1 });
  }

  private begin(cells: string[], source: Row['source']): void {
    this.header = cells;
    checkHeader(cells, source, this.file, this.findings);
  }

  private wrongCount(cells: string[], header: string[]): string {
    return `This row has ${cells.length} values, but the header has ${header.length}; it is left out.`;
  }
}

/** Columns that the source names must be there, and no name may be used twice. */
export function checkHeader(header: readonly string[], source: Row['source'], file: InputFile, findings: Findings) {
  const twice = header.filter((name, index) => header.indexOf(name) !== index);
  for (const name of new Set(twice)) findings.error({ ...source, field: name }, 'Two columns have this name.');
  for (const name of Object.values(file.columns))
    if (!header.includes(name)) findings.error({ ...source, field: name }, 'No column has this name.');
}

function named(header: readonly string[], cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(header.map((name, index) => [name, cells[index]]));
}

const pieceSize = 4 * 2 ** 20;

/** The text of the file in large pieces; a line with a problem becomes an empty one, so that lines still count. */
async function* pieces(file: InputFile, findings: Findings): AsyncGenerator<string> {
  let piece: string[] = [];
  let size = 0;
  let next = 1;
  for await (const lines of readLines(file, findings)) {
    for (const { number, text } of lines) {
      for (; next < number; next++) piece.push('');
      piece.push(text);
      next++;
      size += text.length;
    }
    if (size < pieceSize) continue;
    yield `${piece.join('\n')}\n`;
    piece = [];
    size = 0;
  }
  if (piece.length > 0) yield `${piece.join('\n')}\n`;
}
