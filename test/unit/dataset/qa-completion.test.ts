import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Document } from '../../../src/dataset/model';
import { documentsLike, expectedAt, placesIn, questionsLike } from '../../../src/dataset/qa-completion';
import { beginningOf, placeInWords } from '../../../src/dataset/qa-words';

const at = (text: string) => expectedAt(text.split('\n'));
const fields = (text: string) => {
  const expected = at(text);
  return expected?.what === 'fields' ? expected.fields : undefined;
};
const source = { file: 'a', line: 1 };
const documents: Document[] = [
  { id: 'rhine', title: 'The Rhine', text: 'It rises.', split: 'train', source },
  { id: 'elbe', title: 'Elbe', text: 'x'.repeat(300) + ' ' + 'y'.repeat(300), split: 'test', domain: 'rivers', source },
];

describe('completion of .qa', () => {
  it('knows what is being typed, and from where', () => {
    assert.deepEqual(at('x\n# The R'), { what: 'documents', column: 2, typed: 'The R' });
    assert.deepEqual(at('# a\nid: rh'), { what: 'documents', column: 4, typed: 'rh' });
    assert.deepEqual(at('split: '), { what: 'split', column: 7, typed: '' });
    assert.deepEqual(at('# a\nQ: q\ndomain:r'), { what: 'domain', column: 7, typed: 'r' });
  });

  it('offers the fields that have a meaning there and are not given yet', () => {
    assert.deepEqual(fields('split: test\n'), ['domain']);
    assert.deepEqual(fields('# a\ntitle: b\n\n'), ['id', 'split', 'domain']);
    assert.deepEqual(fields('# a\nQ: q\ni'), ['id', 'split', 'domain']);
  });

  it('offers nothing in texts, questions and answers', () => {
    for (const text of [
      '# a\ntext\n',
      '# a\ntext\nid: ',
      'Q: q\nA: a\n',
      'Q: what',
      '#',
      '// ',
      'Q: q\nid: x',
      'title: ',
      ' ',
    ])
      assert.equal(at(text), undefined, text);
  });

  it('finds documents by id and title, at most so many', () => {
    const ids = (typed: string, limit = 9) => documentsLike(typed, documents, limit).map(({ id }) => id);
    assert.deepEqual(ids('the rh'), ['rhine']);
    assert.deepEqual(ids('e'), ['rhine', 'elbe']);
    assert.deepEqual(ids('e', 1), ['rhine']);
    assert.deepEqual(ids('x'), []);
  });

  it('finds questions by id and wording', () => {
    const ask = (id: string, question: string) => ({
      id,
      documentId: 'rhine',
      question,
      answers: ['a'],
      split: '',
      source,
    });
    const questions = [ask('rhine?1', 'Where?'), ask('elbe?1', 'Who met there?')];
    assert.deepEqual(questionsLike('ELBE', questions, 9), [questions[1]]);
    assert.deepEqual(questionsLike('where', questions, 9), [questions[0]]);
  });

  it('finds the splits and domains in use', () => {
    const questions = [{ id: 'q', documentId: 'rhine', question: 'q', answers: ['a'], split: 'dev', source }];
    assert.deepEqual(placesIn({ documents, questions }, 'split'), ['train', 'test', 'dev']);
    assert.deepEqual(placesIn({ documents, questions }, 'domain'), ['rivers']);
  });
});

describe('a document in a few words', () => {
  it('says where it belongs, what is asked, and how it begins', () => {
    assert.equal(placeInWords(documents[0], 1), 'train · 1 question');
    assert.equal(placeInWords(documents[1], 0), 'test · rivers · 0 questions');
    assert.equal(beginningOf(documents[0]), 'It rises.');
    assert.equal(beginningOf(documents[1]), `${'x'.repeat(300)} …`);
  });
});
