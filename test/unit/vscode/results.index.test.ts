/** What the Testing view unfolds. */
import assert from 'node:assert/strict';
import { indexOf } from '../../../src/vscode/results/test-index';
import { question } from './results.sample';

const train = { ...question('b?1', 'Who?'), split: 'train' };
const first = question('b?2', 'Where?');
const second = question('a?1', 'When?');
const third = question('b?3', 'Why?');
const documents = [
  { id: 'a', title: 'Ann', text: 'x', split: 'test', source: { file: '/a', line: 1 } },
  { id: 'b', title: 'Bob', text: 'x', split: 'test', source: { file: '/a', line: 2 } },
];

describe('the index of a dataset', () => {
  it('has splits, documents and questions in the order of the dataset', async () => {
    const index = await indexOf({ documents, questions: [train, first, second, third] });
    assert.deepEqual(index.splits(), ['train', 'test']);
    assert.deepEqual(index.documents('test'), ['b', 'a']);
    assert.deepEqual(index.ofDocument('test', 'b'), [first, third]);
    assert.deepEqual(index.ofSplit('test'), [first, second, third]);
    assert.equal(index.document('a')?.title, 'Ann');
    assert.deepEqual(
      (['split', 'document', 'question'] as const).map((kind) => index.orderOf(third, kind)),
      [1, 0, 1],
    );
  });

  it('is empty for what is not there', async () => {
    const index = await indexOf({ documents: [], questions: [] });
    assert.deepEqual(index.splits(), []);
    assert.deepEqual(index.documents('test'), []);
    assert.deepEqual(index.ofDocument('test', 'a'), []);
  });
});
