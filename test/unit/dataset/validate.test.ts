import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { loadFiles } from './folder';

const rows = (...values: object[]) => values.map((value) => JSON.stringify(value)).join('\n');

describe('a whole dataset', () => {
  it('has each id once: the first counts', async () => {
    const { dataset, told } = await loadFiles({
      'a.jsonl': rows({ id: 1, text: 'one' }, { id: 2, text: 'two' }),
      'b.jsonl': rows({ id: '1', text: 'another' }),
      'c.jsonl': rows(
        { id: 'x', document: 1, question: 'q', answer: 'a' },
        { id: 'x', document: 1, question: 'r', answer: 'a' },
      ),
    });
    assert.equal(dataset.documents.length, 2);
    assert.equal(dataset.questions.length, 1);
    assert.equal(told.length, 2);
    assert.match(told[0], /^b\.jsonl:1:1 id: The id "1" is taken at .*a\.jsonl:1\.$/);
    assert.match(told[1], /^c\.jsonl:2:1 The id "x" is taken at .*c\.jsonl:1\.$/);
  });

  it('may have documents without questions, but no question without a document', async () => {
    const { dataset, problems, told } = await loadFiles({
      'a.jsonl': rows({ id: 1, text: 'one' }, { document: 9, question: 'q', answer: 'a' }),
    });
    assert.deepEqual([dataset.documents.length, dataset.questions.length], [1, 0]);
    assert.deepEqual(told, ['a.jsonl:2:1 No document has the id or title "9".']);
    assert.equal(problems[0].severity, 'error');
  });

  it('warns of a question asked twice of one document, and keeps both', async () => {
    const question = { document: 1, question: 'q', answer: 'a' };
    const { dataset, problems, told } = await loadFiles({
      'a.jsonl': rows({ id: 1, text: 'one' }, { id: 2, text: 'two' }, question, { ...question, document: 2 }, question),
    });
    assert.deepEqual(
      dataset.questions.map(({ id }) => id),
      ['1?1', '2?1', '1?2'],
    );
    assert.equal(problems[0].severity, 'warning');
    assert.match(told.join('\n'), /^a\.jsonl:5:1 question: This question of the document is asked at .*a\.jsonl:3\.$/);
  });

  it('warns of a question in two splits', async () => {
    const split = (id: number) => rows({ id, text: 'x' }, { document: id, question: 'same', answer: 'a' });
    const { dataset, problems, told } = await loadFiles({ 'train/a.jsonl': split(1), 'test/b.jsonl': split(2) });
    assert.equal(dataset.questions.length, 2);
    assert.equal(problems[0].severity, 'warning');
    assert.match(
      told.join('\n'),
      /^train\/a\.jsonl:2:1 question: This question is also in the split "test", at .*b\.jsonl:2\.$/,
    );
  });

  it('tells its problems in the order of the files and lines', async () => {
    const bad = '{"id": 1}\nno\n{"id": 2}';
    const { told } = await loadFiles({ 'b.jsonl': bad, 'a.jsonl': bad });
    assert.deepEqual(
      told.map((line) => line.split(':').slice(0, 2).join(':')),
      ['a.jsonl:1', 'a.jsonl:2', 'a.jsonl:3', 'b.jsonl:1', 'b.jsonl:2', 'b.jsonl:3'],
    );
  });
});
