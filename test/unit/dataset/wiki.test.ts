import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { loadDataset } from '../../../src/dataset/load';
import { writeWiki } from '../../../src/dataset/formats/wiki';
import { UserError } from '../../../src/errors';
import { anyDataset } from './arbitrary';
import { content, inFolder, loadFiles } from './folder';

const doc = (id: unknown, text: unknown = 'A text.') => JSON.stringify({ wiki_id: id, title: 'T', text });
const qa = (id: unknown, question: unknown = 'Who?', answer: unknown = 'Me') =>
  JSON.stringify({ wiki_id: id, question, answer });

describe('the Wiki2023 layout', () => {
  it('takes the split from the folder and the domain from the one above', async () => {
    const { dataset, told, files } = await loadFiles({
      'film/train/doc.jsonl': doc(7),
      'film/train/qa.jsonl': `${qa(7)}\n${qa(7, 'Where?', 'Here')}\n`,
      'film/test/doc.jsonl': doc('8'),
    });
    assert.deepEqual(told, []);
    assert.equal(files.length, 3);
    assert.deepEqual(content(dataset), {
      documents: [
        { id: '7', title: 'T', text: 'A text.', split: 'train', domain: 'film' },
        { id: '8', title: 'T', text: 'A text.', split: 'test', domain: 'film' },
      ],
      questions: [
        { id: '7?1', documentId: '7', question: 'Who?', answers: ['Me'], split: 'train', domain: 'film' },
        { id: '7?2', documentId: '7', question: 'Where?', answers: ['Here'], split: 'train', domain: 'film' },
      ],
    });
    const [, second] = dataset.questions;
    assert.match(second.source.file, /film\/train\/qa\.jsonl$/);
    assert.equal(second.source.line, 2);
  });

  it('takes any folder with a layout file as a split, unless the source says otherwise', async () => {
    const files = { 'new/doc.jsonl': doc(1) };
    assert.equal((await loadFiles(files)).dataset.documents[0].split, 'new');
    assert.equal((await loadFiles(files, { split: 'test' })).dataset.documents[0].split, 'test');
    assert.equal((await loadFiles(files, { path: 'new/doc.jsonl' })).dataset.documents[0].split, 'train');
  });

  it('reads a single file of both kinds, each row with its own domain and split', async () => {
    const rows = [
      { wiki_id: 1, title: 'One', text: 'x', domain: 'art', split: 'test' },
      { wiki_id: 1, question: 'q', answer: 'a', answers: ['a', 'b'], id: 'own' },
    ];
    const { dataset, told } = await loadFiles(
      { 'all.jsonl': rows.map((row) => JSON.stringify(row)).join('\n') },
      { path: 'all.jsonl', format: 'wiki' },
    );
    assert.deepEqual(told, []);
    assert.deepEqual(content(dataset).questions, [
      { id: 'own', documentId: '1', question: 'q', answers: ['a', 'b'], split: 'test', domain: 'art' },
    ]);
  });

  it('tells every bad row at its line, column and field, and keeps the others', async () => {
    const { dataset, told } = await loadFiles({
      'train/doc.jsonl': [
        '{"wiki_id": 1, "title": "T", "text": ""}',
        '{"wiki_id": 1.5, "title": "T", "text": "x"}',
        '{"wiki_id": 2, "title": 5, "text": "x"}',
        '{"title": "T", "text": ["x"]}',
        '{"wiki_id": 3, "title": "T", "text": "x"',
        '[1]',
        '',
        '{"wiki_id": 9007199254740993, "title": "T", "text": "x"}',
        '{"wiki_id": "4", "text": "kept"}',
      ].join('\n'),
      'train/qa.jsonl': [
        '{"wiki_id": 4, "question": " ", "answer": "a"}',
        '{"wiki_id": 4, "question": "q", "answer": 1962}',
        '{"wiki_id": 4, "question": "q", "answers": []}',
        '{"wiki_id": 4, "question": "q", "answers": ["a", ""]}',
        '{"wiki_id": 5, "question": "q", "answer": "a"}',
        '{"wiki_id": 4, "question": "kept", "answer": "a"}',
      ].join('\n'),
    });
    assert.deepEqual(
      dataset.documents.map(({ id, title }) => [id, title]),
      [['4', '4']],
    );
    assert.deepEqual(
      dataset.questions.map(({ question }) => question),
      ['kept'],
    );
    const whole = 'A number as an id must be whole and below 2^53; put it in quotes.';
    assert.deepEqual(told, [
      'train/doc.jsonl:1:38 text: This field is empty.',
      `train/doc.jsonl:2:13 wiki_id: ${whole}`,
      'train/doc.jsonl:3:25 title: This field must be text, not a number.',
      'train/doc.jsonl:4:1 wiki_id: This field is missing.',
      'train/doc.jsonl:4:24 text: This field must be text, not a list.',
      'train/doc.jsonl:5:41 This line is not valid JSON: close brace expected.',
      'train/doc.jsonl:6:1 This line must be a JSON object: {"name": value, …}.',
      `train/doc.jsonl:8:13 wiki_id: ${whole}`,
      'train/qa.jsonl:1:28 question: This field is empty.',
      'train/qa.jsonl:2:43 answer: This field must be text, not a number.',
      'train/qa.jsonl:3:44 answers: This list of answers is empty.',
      'train/qa.jsonl:4:44 answers: An answer in this list is empty.',
      'train/qa.jsonl:5:1 No document has the id or title "5".',
    ]);
  });

  it('tells a line that is nested too deeply', async () => {
    const { told } = await loadFiles({ 'train/doc.jsonl': `{"a":${'['.repeat(100_000)}` });
    assert.equal(told.length, 1);
    assert.match(told[0], /^train\/doc.jsonl:1:\d+ This line is not valid JSON/);
  });

  it('writes ids as numbers where they are', () =>
    inFolder({}, async (folder) => {
      const source = { file: 'x', line: 1 };
      const documents = ['12', '012', 'x'].map((id) => ({ id, title: id, text: 'x', split: 'train', source }));
      await writeWiki(folder, { documents, questions: [] });
      const { dataset } = await loadDataset([{ path: folder }]);
      assert.deepEqual(
        dataset.documents.map(({ id }) => id),
        ['12', '012', 'x'],
      );
    }));

  it('refuses a split that would leave the folder', async () => {
    const document = { id: '1', title: '1', text: 'x', split: '../up', source: { file: 'x', line: 1 } };
    await inFolder({}, (folder) =>
      assert.rejects(writeWiki(folder, { documents: [document], questions: [] }), UserError),
    );
  });

  it('round-trips any dataset', () =>
    fc.assert(
      fc.asyncProperty(anyDataset, (dataset) =>
        inFolder({}, async (folder) => {
          await writeWiki(folder, dataset);
          const loaded = await loadDataset([{ path: folder, format: 'wiki' }]);
          assert.deepEqual(content(loaded.dataset), content(dataset));
        }),
      ),
      { numRuns: 100 },
    ));
});
