import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import Papa from 'papaparse';
import { catalogOf } from '../../../src/dataset/catalog';
import { findFiles } from '../../../src/dataset/files';
import { formatQa } from '../../../src/dataset/formats/qa-write';
import { formatText } from '../../../src/dataset/formats/text';
import { writeWiki } from '../../../src/dataset/formats/wiki';
import { loadDataset } from '../../../src/dataset/load';
import type { Position } from '../../../src/dataset/mentions/mention';
import { type FileEdit, renameDocument, type Renaming } from '../../../src/dataset/mentions/rename';
import type { Dataset } from '../../../src/dataset/model';
import { Findings } from '../../../src/dataset/problem';
import { anyDataset } from './arbitrary';
import { content, type Files, inFolder } from './folder';

describe('renaming a document', () => {
  it('changes its id wherever it is written, in every format', async () => {
    const after = await renamed(
      {
        'rhine.md': 'The Rhine flows.',
        'rhine.qa': '// about it\nsplit: test\n\nQ: Where?\nA: There.\n',
        'more.qa': '# rhine\n\nQ: What?\nA: A river\n\n# Elbe\n\nThe Elbe.\n',
        'rows.jsonl':
          '{"document":"rhine","question":"Who?","answer":"a"}\n{"document":"rhine","question":"Left out"}\n',
        'rows.csv': 'question,answer,document\n"Why,\nthen?",a,rhine\nHow?,a,Elbe\n',
        'rhine.txt.qa': '# The other\nid: other\n\nrhine\n',
      },
      'rhine',
      'der Rhein',
    );
    assert.deepEqual(after.files, {
      'rhine.md': '---\nid: der Rhein\n---\n\nThe Rhine flows.',
      'rhine.qa': '// about it\nsplit: test\n\n# der Rhein\n\nQ: Where?\nA: There.\n',
      'more.qa': '# der Rhein\n\nQ: What?\nA: A river\n\n# Elbe\n\nThe Elbe.\n',
      'rows.jsonl':
        '{"document":"der Rhein","question":"Who?","answer":"a"}\n{"document":"der Rhein","question":"Left out"}\n',
      'rows.csv': 'question,answer,document\n"Why,\nthen?",a,der Rhein\nHow?,a,Elbe\n',
      'rhine.txt.qa': '# The other\nid: other\n\nrhine\n',
    });
  });

  it('leaves headings that name it by its title', async () => {
    const files = { 'a.qa': '# The Rhine\nid: rhine\n\ntext\n', 'b.qa': '# The Rhine\n\nQ: q\nA: a\n' };
    const { files: after } = await renamed(files, 'rhine', 'r');
    assert.deepEqual(after, { ...files, 'a.qa': '# The Rhine\nid: r\n\ntext\n' });
  });

  it('gives new ids to the questions that get theirs from it, and to no others', async () => {
    const qa = '# a\n\ntext\n\nQ: one\nA: x\n\nQ: two\nid: a?9\nA: x\n\nQ: three\nA: x\n';
    const { ids } = await renamed({ 'a.qa': qa }, 'a', 'b');
    assert.deepEqual(
      [...ids],
      [
        ['a', 'b'],
        ['a?1', 'b?1'],
        ['a?2', 'b?2'],
      ],
    );
  });

  it('is refused where the id is taken, means another document, or is no id', async () => {
    const qa = '# a\n\ntext\n\nQ: q\nA: x\n\n# B\nid: b\n\ntext\n\nQ: r\nid: c?1\nA: x\n';
    const refusal = (to: string) =>
      renamed({ 'a.qa': qa }, 'a', to).then(
        () => 'none',
        (error: Error) => error.message,
      );
    assert.equal(await refusal('b'), 'The id "b" is taken.');
    assert.equal(await refusal('c?1'), 'The id "c?1" is taken.');
    assert.equal(await refusal('c'), 'The id "c?1" is taken, and a question of the document would get it.');
    assert.match(await refusal('B'), /^Another document has the title "B"/);
    assert.equal(await refusal(' '), 'An id is one line and not empty.');
    assert.equal(await refusal('a'), 'none');
  });

  it('is refused where the id is made from what stands around it', async () => {
    const row = '{"text": "t"}\n';
    await assert.rejects(renamed({ 'x.jsonl': row }, 'x-1', 'y'), /^UserError: The id "x-1" is not written in /);
  });

  it('is refused where a table is no text', async () => {
    const columnData = ['document', 'question', 'answer'].map((name) => ({
      name,
      data: ['a'],
      type: 'STRING' as const,
    }));
    const table = new Uint8Array(parquetWriteBuffer({ columnData }));
    const renaming = renamed({ 'a.qa': '# a\n\ntext\n', 'q.parquet': table }, 'a', 'b');
    await assert.rejects(renaming, /^UserError: The id "a" is in .*q\.parquet, which cannot be edited\.$/);
  });

  it('changes nothing else of a dataset', () =>
    fc.assert(
      fc.asyncProperty(
        anyDataset,
        fc.constantFrom('qa', 'wiki', 'mixed', 'tables'),
        fc.nat(),
        async (before, how, at) => {
          fc.pre(writable(before, how));
          await inFolder({}, async (folder) => {
            await write[how](folder, before);
            const original = await load(folder);
            fc.pre(original.dataset.documents.length > 0);
            const { id } = original.dataset.documents[at % original.dataset.documents.length];
            const { ids } = await rename(folder, original, id, 'a new: "id", 1');
            assert.deepEqual(content((await load(folder)).dataset), content(withIds(original.dataset, ids)));
          });
        },
      ),
      { numRuns: 150 },
    ));
});

async function renamed(files: Files, from: string, to: string): Promise<Renaming & { files: Files }> {
  return inFolder(files, async (folder) => {
    const renaming = await rename(folder, await load(folder), from, to);
    const after = Object.keys(files).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]);
    return { ...renaming, files: Object.fromEntries(after) as Files };
  });
}

function load(folder: string) {
  return loadDataset([{ path: folder }]);
}

async function rename(folder: string, loaded: Awaited<ReturnType<typeof load>>, from: string, to: string) {
  const catalog = catalogOf(loaded.dataset);
  const files = await findFiles({ path: folder }, 2 ** 20, new Findings());
  const read = (file: string) => Promise.resolve(readFileSync(file, 'utf8'));
  const renaming = await renameDocument(catalog.document(from)!, to, {
    catalog,
    problems: loaded.problems,
    files,
    read,
  });
  for (const file of new Set(renaming.edits.map((edit) => edit.file)))
    writeFileSync(
      file,
      applied(
        readFileSync(file, 'utf8'),
        renaming.edits.filter((edit) => edit.file === file),
      ),
    );
  return renaming;
}

function applied(text: string, edits: readonly FileEdit[]): string {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const offset = ({ line, column }: Position) => starts[line] + column;
  return [...edits]
    .sort((a, b) => offset(b.span.start) - offset(a.span.start))
    .reduce((sum, { span, text }) => sum.slice(0, offset(span.start)) + text + sum.slice(offset(span.end)), text);
}

type Way = 'qa' | 'wiki' | 'mixed' | 'tables';

/** Carriage returns at line ends can't be kept by every format; a title that is the id changes with it in `.qa`. */
function writable(dataset: Dataset, how: Way): boolean {
  return (
    how === 'wiki' ||
    !(JSON.stringify(dataset).includes('\\r') || dataset.documents.some(({ id, title }) => id === title))
  );
}

const write: Record<Way, (folder: string, dataset: Dataset) => Promise<void> | void> = {
  qa: (folder, dataset) => writeFileSync(path.join(folder, 'a.qa'), formatQa(dataset)),
  wiki: writeWiki,
  mixed: (folder, { documents, questions }) => {
    documents.forEach((document, index) => writeFileSync(path.join(folder, `${index}.md`), formatText(document)));
    writeFileSync(path.join(folder, 'a.qa'), formatQa({ documents: [], questions }));
  },
  tables: (folder, { documents, questions }) => {
    const texts = Papa.unparse(documents, {
      delimiter: '\t',
      newline: '\n',
      columns: ['text', 'title', 'id', 'split', 'domain'],
    });
    const rows = questions.map(({ documentId, ...question }) => JSON.stringify({ document: documentId, ...question }));
    writeFileSync(path.join(folder, 'd.tsv'), texts);
    writeFileSync(path.join(folder, 'q.jsonl'), rows.map((row) => `${row}\n`).join(''));
  },
};

/** The dataset with other ids. */
function withIds({ documents, questions }: Dataset, ids: ReadonlyMap<string, string>): Dataset {
  const now = (id: string) => ids.get(id) ?? id;
  return {
    documents: documents.map((one) => ({ ...one, id: now(one.id) })),
    questions: questions.map((one) => ({ ...one, id: now(one.id), documentId: now(one.documentId) })),
  };
}
