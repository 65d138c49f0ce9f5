/**
 * A look at the pages of a Parquet file before they are decoded. The decoder trusts their sizes, and a damaged one
 * could keep it busy for ever; what passes here ends.
 */
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';

const largestPage = 2 ** 30;
/** Fields of Thrift's `PageHeader`. */
const uncompressedSize = 'field_2';
const compressedSize = 'field_3';
/** The kinds of page among them, each with its fields that count values or bytes. */
const pageKinds: Record<string, string[]> = {
  field_5: ['field_1'],
  field_7: ['field_1'],
  field_8: ['field_1', 'field_2', 'field_3', 'field_5', 'field_6'],
};

/** Rows of the file: those of its row groups. */
export function rowCount(metadata: FileMetaData): number {
  return metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
}

/** True where all pages of the columns fit into their chunks; throws where they do not. */
export async function checkPages(buffer: AsyncBuffer, metadata: FileMetaData, columns: string[]): Promise<true> {
  if (rowCount(metadata) !== Number(metadata.num_rows)) throw new Error('its numbers of rows differ');
  for (const group of metadata.row_groups) {
    for (const { meta_data: meta } of group.columns) {
      if (!meta || !columns.includes(meta.path_in_schema[0])) continue;
      const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
      const end = start + Number(meta.total_compressed_size);
      const values = Number(meta.num_values);
      if (!(start > 0 && start <= end && end <= buffer.byteLength)) throw new Error('a column lies outside the file');
      if (!(values >= Number(group.num_rows) && group.num_rows >= 0n)) throw new Error('a column is too short');
      checkChunk(new DataView(await buffer.slice(start, end)), values);
    }
  }
  return true;
}

function checkChunk(view: DataView, values: number): void {
  const reader = { view, offset: 0 };
  while (reader.offset < view.byteLength - 1) {
    const header = deserializeTCompactProtocol(reader) as Record<string, unknown>;
    const size = header[compressedSize];
    if (!isBetween(size, 0, view.byteLength - reader.offset)) throw new Error('a page is larger than its column');
    if (!isBetween(header[uncompressedSize], 0, largestPage)) throw new Error('a page is too large');
    const limit = Math.max(values, size);
    if (!countsOf(header).every((count) => isBetween(count, 0, limit))) throw new Error('a page counts wrongly');
    reader.offset += size;
  }
}

function countsOf(header: Record<string, unknown>): unknown[] {
  const kind = Object.keys(pageKinds).find((field) => typeof header[field] === 'object');
  if (kind === undefined) throw new Error('a page is of no known kind');
  const page = header[kind] as Record<string, unknown>;
  return pageKinds[kind].map((field) => page[field]);
}

function isBetween(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
}
