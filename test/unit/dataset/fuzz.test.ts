import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { formatQa } from '../../../src/dataset/formats/qa-write';
import { anyDataset } from './arbitrary';
import { type Loaded, loadFiles } from './folder';

const names = ['train/doc.jsonl', 'train/qa.jsonl', 'a.qa', 'a.md', 'a.json', 'a.jsonl', 'a.csv', 'a.tsv', 'a.parquet'];
const xquad = readFileSync(path.join(__dirname, '../../fixtures/dataset/xquad/xquad.en.json'));
const rows = [
  { id: 1, title: 'T', text: 'one\ntwo' },
  { document: 1, question: 'q', answers: ['a', 'ü'] },
  { document: '1', question: 'r', answer: 'a' },
];
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'id', data: ['1', '2'], type: 'STRING' },
      { name: 'text', data: ['one', 'two'], type: 'STRING' },
    ],
  }),
);
const originals: Record<string, Uint8Array> = {
  'a.qa': Buffer.from('split: test\n# A\nid: a\n\ntext\n\nQ: q\n  r\nA: a\nA: b\n'),
  'a.md': Buffer.from('---\nid: a\ntitle: "A"\n---\n\n# A\ntext\n'),
  'a.json': xquad,
  'a.jsonl': Buffer.from(rows.map((row) => JSON.stringify(row)).join('\r\n')),
  'a.csv': Buffer.from('\uFEFFid,text,title\n1,"a ""b""\nc",T\n2,d,U\n'),
  'a.parquet': parquet,
};

const found = ({ dataset }: Loaded) => dataset.documents.length + dataset.questions.length;

describe('files of anything', () => {
  it('never throw, and hold a record or a problem', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.oneof(
          fc.uint8Array({ minLength: 1, maxLength: 200 }),
          fc.string({ minLength: 1, maxLength: 200 }).map((text) => Buffer.from(text)),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (name, bytes) => {
          const loaded = await loadFiles({ [name]: bytes });
          const blank = Buffer.from(bytes).toString().trim() === '' || /\.(qa|csv|tsv)$/.test(name);
          assert.ok(blank || found(loaded) + loaded.told.length > 0);
        },
      ),
      { numRuns: 600 },
    ));

  it('never throw when bytes of a good file change', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(originals)),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (name, changes) => {
          const bytes = Uint8Array.from(originals[name]);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          await loadFiles({ [name]: bytes });
        },
      ),
      { numRuns: 600 },
    ));
});

describe('records of damaged files', () => {
  it('are read or told, line by line of JSONL', () => {
    const line = fc.oneof(
      fc.constantFrom(...rows.map((row) => JSON.stringify(row))),
      fc.json(),
      fc
        .record({ text: fc.json(), question: fc.json(), answer: fc.json(), id: fc.json() }, { requiredKeys: [] })
        .map((row) => JSON.stringify(row)),
      fc.string({ minLength: 1 }).map((text) => text.replace(/\n/g, '')),
    );
    return fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), async (lines) => {
        const loaded = await loadFiles({ 'a.jsonl': lines.join('\n') });
        const { documents, questions } = loaded.dataset;
        const told = new Set([...documents, ...questions].map(({ source }) => source.line));
        for (const { line } of loaded.problems) told.add(line);
        lines.forEach((text, index) =>
          assert.ok(text.replace(/^\uFEFF/, '').trim() === '' || told.has(index + 1), text),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('are read or told, question by question of .qa', () =>
    fc.assert(
      fc.asyncProperty(
        anyDataset,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom('', 'Q: x', '# ', 'A:', '  y', 'z', 'id: w'))),
        async (dataset, changes) => {
          const lines = formatQa(dataset).split('\n');
          for (const [at, line] of changes) lines.splice(at % lines.length, 1, line);
          const loaded = await loadFiles({ 'a.qa': `${lines.join('\n')}\n` });
          const read = new Set(loaded.dataset.questions.map(({ source }) => source.line));
          const lost = lines.flatMap((line, index) =>
            line.startsWith('Q:') && !read.has(index + 1) ? [index + 1] : [],
          );
          const errors = loaded.problems.filter(({ severity }) => severity === 'error');
          assert.ok(lost.length === 0 || errors.length > 0, lines.join('\n'));
        },
      ),
      { numRuns: 300 },
    ));

  it('are told wherever a SQuAD file is cut off', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: xquad.length - 2 }), async (end) => {
        const { problems } = await loadFiles({ 'a.json': xquad.subarray(0, end) });
        assert.ok(problems.some(({ severity }) => severity === 'error'));
      }),
      { numRuns: 100 },
    ));

  it('are told wherever a Parquet file is cut off', async () => {
    for (let end = 1; end < parquet.length; end += 7) {
      const { problems } = await loadFiles({ 'a.parquet': parquet.subarray(0, end) });
      assert.ok(
        problems.some(({ severity }) => severity === 'error'),
        `cut at ${end}`,
      );
    }
  });
});
