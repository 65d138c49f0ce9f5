/** The rows of a Parquet file, one group of rows at a time. The line of a row is its number in the file, from 1. */
import { open } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import type { Findings } from '../problem';
import type { Layout, Row } from '../rows';
import type { InputFile } from '../source';
import { checkHeader } from './csv';
import { checkPages, rowCount } from './parquet-pages';

const rowsAtOnce = 10_000;
const compressors: Compressors = { GZIP: (bytes) => gunzipSync(bytes), BROTLI: (bytes) => brotliDecompressSync(bytes) };

/** Yields rows in order, of the columns that the layout names. A part that cannot be read is a problem and left out. */
export async function* readParquetRows(file: InputFile, layout: Layout, findings: Findings): AsyncGenerator<Row[]> {
  const handle = await open(file.path);
  try {
    const buffer = await bufferOf(handle);
    const metadata = await attempt(file, 1, findings, () => parquetMetadataAsync(buffer));
    if (!metadata) return;
    const present = topColumns(metadata);
    checkHeader(present, { file: file.path, line: 1 }, file, findings);
    const columns = Object.values(layout).filter((name) => present.includes(name));
    const sound = await attempt(file, 1, findings, () => checkPages(buffer, metadata, columns));
    const total = sound ? rowCount(metadata) : 0;
    for (let start = 0; start < total; start += rowsAtOnce) {
      const end = Math.min(start + rowsAtOnce, total);
      const rows = await attempt(file, start + 1, findings, () =>
        parquetReadObjects({ file: buffer, metadata, columns, rowStart: start, rowEnd: end, compressors }),
      );
      if (!rows) return;
      yield rows.map((values, index) => ({
        values,
        source: { file: file.path, line: start + index + 1, column: 1 },
        columnOf: () => 1,
      }));
    }
  } finally {
    await handle.close();
  }
}

async function bufferOf(handle: Awaited<ReturnType<typeof open>>): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, end - start));
      await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    },
  };
}

/** The Parquet library throws errors of every kind at damaged files, so all of them count as the file's fault. */
async function attempt<T>(file: InputFile, row: number, findings: Findings, read: () => Promise<T>) {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    findings.error({ file: file.path, line: row }, `From here on this is no readable Parquet: ${reason}.`);
    return undefined;
  }
}

function topColumns(metadata: FileMetaData): string[] {
  const { schema } = metadata;
  const names: string[] = [];
  for (let at = 1; at < schema.length; at = skip(metadata, at)) names.push(schema[at].name);
  return names;
}

/** Index of the schema element after this one and all below it. */
function skip({ schema }: FileMetaData, at: number): number {
  let next = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0) && next < schema.length; child++)
    next = skip({ schema } as FileMetaData, next);
  return next;
}
