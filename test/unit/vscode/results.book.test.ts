/** Which answer belongs to which question, whatever was edited since it was given. */
import assert from 'node:assert/strict';
import type { Question } from '../../../src/dataset/model';
import type { Prediction } from '../../../src/run/events';
import { AnswerBook, Matching } from '../../../src/vscode/results/book';
import { prediction, question } from './results.sample';

const where = question('d?1', 'Where?');
const when = question('d?2', 'When?', ['1900']);
const answers = [prediction('d?1', 'Where?', 'Rome'), prediction('d?2', 'When?', '1901', ['1900'])];

function match(questions: Question[], predictions: Prediction[] = answers, byId = true) {
  const book = new AnswerBook();
  for (const one of predictions) book.add(one);
  const matching = new Matching(book, byId);
  for (const question of questions) matching.claim(question);
  for (const question of questions) matching.guess(question);
  return questions.map((one) => {
    const found = matching.found.get(one);
    return found && [found.prediction.prediction, found.stale];
  });
}

describe('answers and the questions they belong to', () => {
  it('finds each by its text', () => {
    assert.deepEqual(match([where, when]), [
      ['Rome', undefined],
      ['1901', undefined],
    ]);
  });

  it('follows questions whose numbers have shifted, and gives a new one nothing', () => {
    const who = question('d?1', 'Who?');
    const shifted = [who, { ...where, id: 'd?2' }, { ...when, id: 'd?3' }];
    assert.deepEqual(match(shifted), [undefined, ['Rome', undefined], ['1901', undefined]]);
  });

  it('calls the answer to a reworded question stale', () => {
    assert.deepEqual(match([{ ...where, question: 'Where is it?' }, when])[0], ['Rome', 'question']);
  });

  it('calls an answer stale whose accepted answers have changed in number, order or text', () => {
    for (const changed of [['Rome', 'Roma'], ['rome'], ['Roma', 'Rome']])
      assert.deepEqual(match([{ ...where, answers: changed }, when])[0], ['Rome', 'answers']);
  });

  it('takes nothing from a document of another id', () => {
    assert.deepEqual(match([{ ...where, documentId: 'e' }]), [undefined]);
  });

  it('never guesses by id where the run read other data', () => {
    assert.deepEqual(match([{ ...where, question: 'Where is it?' }], answers, false), [undefined]);
  });

  it('tells apart two questions of a document that read alike', () => {
    const twice = [prediction('d?1', 'Where?', 'Rome'), prediction('d?2', 'Where?', 'Paris')];
    assert.deepEqual(match([where, { ...where, id: 'd?2' }], twice), [
      ['Rome', undefined],
      ['Paris', undefined],
    ]);
  });

  it('keeps the later of two answers to one question', () => {
    const book = new AnswerBook();
    for (const text of ['Paris', 'Rome']) book.add(prediction('d?1', 'Where?', text));
    assert.equal(book.size, 1);
    assert.equal(book.same(where)?.prediction, 'Rome');
  });
});
