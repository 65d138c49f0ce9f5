import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import Papa from 'papaparse';
import { cellsOf, rowOf, spansOf } from '../../../src/dataset/formats/csv-row';

/** Texts in which quotes, spaces and line ends meet more often than in any file. */
const anyTable = fc.string({ unit: fc.constantFrom('"', '"', ',', ' ', 'a', '\n'), minLength: 1, maxLength: 30 });

function rowsIn(text: string): string[] {
  const lines = text.split('\n');
  const rows: string[] = [];
  for (let at = 0; at < lines.length;) {
    const row = rowOf(lines.slice(at), ',');
    rows.push(row.join('\n'));
    at += row.length;
  }
  return rows;
}

describe('the rows of any CSV text', () => {
  it('end where they end when the whole is read', () =>
    fc.assert(
      fc.property(anyTable, (text) => {
        const { data, errors } = Papa.parse<string[]>(`${text}\n`, { delimiter: ',', newline: '\n' });
        const isOpen = errors.some(({ code }) => code === 'MissingQuotes');
        const expected = isOpen ? data : data.slice(0, -1);
        assert.deepEqual(
          rowsIn(text).map((row) => cellsOf(row, ',')),
          expected,
        );
      }),
      { numRuns: 3000 },
    ));

  it('have their cells where these stand', () =>
    fc.assert(
      fc.property(anyTable, (text) => {
        for (const row of rowsIn(text)) {
          const { errors } = Papa.parse(`${row}\n`, { delimiter: ',', newline: '\n' });
          if (errors.length > 0) continue;
          const spans = spansOf(row, ',');
          const written = spans.map(({ start, end }) => row.slice(start, end));
          const values = written.map((one) => (one[0] === '"' ? one.slice(1, -1).replaceAll('""', '"') : one));
          assert.deepEqual(values, cellsOf(row, ','));
          for (const [index, { start }] of spans.slice(1).entries())
            assert.match(row.slice(spans[index].end, start), /^ *,$/);
        }
      }),
      { numRuns: 3000 },
    ));
});
