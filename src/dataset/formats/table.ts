/**
 * Any JSONL, CSV, TSV or Parquet file whose columns are named in the source. A row with a text is a document, a row
 * with a question is a question, a row with both is a question and its document, which many rows may share.
 */
import path from 'node:path';
import type { Findings } from '../problem';
import { documentIn, type Layout, layoutOf, questionIn, type Row, RowReader } from '../rows';
import { type InputFile, stemOf } from '../source';
import { eachCsvRow } from './csv';
import { readJsonlRows } from './jsonl';
import { readParquetRows } from './parquet';

export async function readTable(file: InputFile, findings: Findings): Promise<void> {
  const layout = layoutOf(file.columns);
  const table = new TableReader(file, findings, layout);
  const ending = path.extname(file.path).toLowerCase();
  if (ending === '.csv' || ending === '.tsv') return eachCsvRow(file, findings, (row) => table.take(row));
  const batches = ending === '.parquet' ? readParquetRows(file, layout, findings) : readJsonlRows(file, findings);
  for await (const rows of batches) for (const row of rows) table.take(row);
}

class TableReader {
  /** Texts of documents that came with a question, under the document's id, and the other way round. */
  private readonly textById = new Map<string, string>();
  private readonly idByText = new Map<string, string>();

  constructor(
    private readonly file: InputFile,
    private readonly findings: Findings,
    private readonly layout: Layout,
  ) {}

  take(row: Row): void {
    const { file, findings, layout } = this;
    const reader = new RowReader(row, file, findings);
    const asks = [layout.question, layout.answer, layout.answers].some((column) => reader.has(column));
    if (asks && reader.has(layout.text)) this.takeBoth(reader);
    else if (asks) this.keep(questionIn(reader, layout));
    else if (reader.has(layout.text)) this.keep(documentIn(reader, layout, `${stemOf(file.name)}-${row.source.line}`));
    else findings.error(reader.source, this.nothingIn());
  }

  private keep(found: ReturnType<typeof documentIn> | ReturnType<typeof questionIn>): void {
    if (!found) return;
    if ('question' in found) this.findings.questions.push(found);
    else this.findings.documents.push(found);
  }

  /** The id names the question here; without a column for the document, equal texts are one document. */
  private takeBoth(reader: RowReader): void {
    const { layout } = this;
    const text = reader.text(layout.text);
    const named = reader.optionalId(layout.document);
    const id = named ?? this.idByText.get(text) ?? this.nextId(reader);
    const question = questionIn(reader, layout, id);
    if (!question) return;
    if (this.textById.get(id) !== text) this.keep(documentIn(reader, { ...layout, id: layout.document }, id));
    if (named === undefined) this.idByText.set(text, id);
    if (!this.textById.has(id)) this.textById.set(id, text);
    this.keep(question);
  }

  private nextId(reader: RowReader): string {
    const title = reader.optionalText(this.layout.title) ?? stemOf(this.file.name);
    return `${title}-${this.idByText.size + 1}`;
  }

  private nothingIn(): string {
    const { text, question } = this.layout;
    return `This row has neither a text (column "${text}") nor a question (column "${question}").`;
  }
}
