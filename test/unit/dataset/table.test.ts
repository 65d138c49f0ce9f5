import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { content, loadFiles } from './folder';

const parquet = (columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData']) =>
  new Uint8Array(parquetWriteBuffer({ columnData }));

describe('tables', () => {
  it('name their columns in the source', async () => {
    const rows = ['{"key": 5, "body": "x", "name": "X"}', '{"of": 5, "q": "Who?", "a": "Me"}'];
    const columns = { id: 'key', text: 'body', title: 'name', document: 'of', question: 'q', answer: 'a' };
    const { dataset, told } = await loadFiles({ 'test/rows.jsonl': rows.join('\n') }, { columns });
    assert.deepEqual(told, []);
    assert.deepEqual(content(dataset), {
      documents: [{ id: '5', title: 'X', text: 'x', split: 'test' }],
      questions: [{ id: '5?1', documentId: '5', question: 'Who?', answers: ['Me'], split: 'test' }],
    });
  });

  it('make one document of equal texts that come with questions', async () => {
    const rows = ['c', 'd', 'c'].map((context, index) =>
      JSON.stringify({
        id: `q${index}`,
        title: 'T',
        context,
        question: `${index}?`,
        answers: { text: ['a', 'a', 'b'] },
      }),
    );
    const { dataset, told } = await loadFiles({ 'train.jsonl': rows.join('\n') }, { columns: { text: 'context' } });
    assert.deepEqual(told, []);
    assert.deepEqual(
      dataset.documents.map(({ id, text, split }) => [id, text, split]),
      [
        ['T-1', 'c', 'train'],
        ['T-2', 'd', 'train'],
      ],
    );
    assert.deepEqual(
      dataset.questions.map(({ id, documentId, answers }) => [id, documentId, answers]),
      [
        ['q0', 'T-1', ['a', 'b']],
        ['q1', 'T-2', ['a', 'b']],
        ['q2', 'T-1', ['a', 'b']],
      ],
    );
  });

  it('tell one document id with two texts', async () => {
    const rows = ['x', 'x', 'y'].map((text, index) =>
      JSON.stringify({ document: 1, text, question: `${index}?`, answer: 'a' }),
    );
    const { dataset, told } = await loadFiles({ 'a.jsonl': rows.join('\n') });
    assert.equal(dataset.questions.length, 3);
    assert.match(told.join('\n'), /^a.jsonl:3:1 id: The id "1" is taken at .*a.jsonl:1.$/);
  });

  it('come as CSV with quotes, line breaks in values, CRLF and a byte order mark', async () => {
    const text = '\uFEFFdocument,question,answers\r\n1,"a ""b""\r\nc","[""x"", ""y""]"\r\n\r\n1,d,z\r\n';
    const files = { 'a.csv': text, 'b.tsv': 'id\ttext\n1\t5" wide\n' };
    const { dataset, told } = await loadFiles(files);
    assert.deepEqual(told, []);
    assert.equal(dataset.documents[0].text, '5" wide');
    assert.deepEqual(
      dataset.questions.map(({ question, answers, source }) => [question, answers, source.line]),
      [
        ['a "b"\nc', ['x', 'y'], 2],
        ['d', ['z'], 5],
      ],
    );
  });

  it('as CSV tell rows of a wrong length, open quotes and columns that are not there', async () => {
    const { dataset, told } = await loadFiles(
      { 'a.csv': 'id,text,text\n1,x,x\n2,y\n3,"z\n4,w,w\n' },
      { columns: { text: 'text', title: 'name' } },
    );
    assert.equal(dataset.documents.length, 1);
    assert.deepEqual(told, [
      'a.csv:1:1 text: Two columns have this name.',
      'a.csv:1:1 name: No column has this name.',
      'a.csv:3:1 This row has 2 values, but the header has 3; it is left out.',
      'a.csv:4:1 The quotes in this row are not closed or not doubled; it is left out.',
    ]);
  });

  it('as CSV keep counting lines past one that is not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('id,text\n1,a\n2,'), Buffer.from([0xff]), Buffer.from('\n3,\n')]);
    const { told } = await loadFiles({ 'a.csv': bytes });
    assert.deepEqual(told, [
      'a.csv:3:3 This line is not valid UTF-8; it is left out.',
      'a.csv:4:1 This row has neither a text (column "text") nor a question (column "question").',
    ]);
  });

  it('come as Parquet, with whole numbers as ids', async () => {
    const file = parquet([
      { name: 'document', data: [7n, 7n], type: 'INT64' },
      { name: 'question', data: ['q', 'r'], type: 'STRING' },
      { name: 'answer', data: ['a', ''], type: 'STRING' },
      { name: 'unused', data: [1.5, 2.5], type: 'DOUBLE' },
    ]);
    const { dataset, told } = await loadFiles({ 'qa.parquet': file, 'doc.jsonl': '{"wiki_id": 7, "text": "x"}' });
    assert.deepEqual(told, ['qa.parquet:2:1 answer: This field is empty.']);
    assert.deepEqual(
      dataset.questions.map(({ id, source }) => [id, source.line]),
      [['7?1', 1]],
    );
  });

  it('as Parquet tell damage', async () => {
    const good = parquet([{ name: 'text', data: ['x'], type: 'STRING' }]);
    for (const bytes of [good.slice(0, 20), good.slice(4), Buffer.from('PAR1 no parquet PAR1')]) {
      const { dataset, told } = await loadFiles({ 'a.parquet': bytes });
      assert.equal(dataset.documents.length, 0);
      assert.match(told.join('\n'), /^a.parquet:1:1 From here on this is no readable Parquet: /);
    }
  });
});
