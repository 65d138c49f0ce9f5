import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'mocha';
import { loadDataset } from '../../../src/dataset/load';
import { loadFiles } from './folder';

describe('SQuAD', () => {
  it('makes documents of the paragraphs of a piece of XQuAD', async () => {
    const file = path.join(__dirname, '../../fixtures/dataset/xquad/xquad.en.json');
    const { dataset, problems } = await loadDataset([{ path: file, split: 'test', domain: 'wikipedia' }]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      dataset.documents.map(({ id, title }) => [id, title]),
      [
        ['Super_Bowl_50-1', 'Super_Bowl_50'],
        ['Super_Bowl_50-2', 'Super_Bowl_50'],
        ['Warsaw-1', 'Warsaw'],
        ['Warsaw-2', 'Warsaw'],
      ],
    );
    assert.equal(dataset.questions.length, 12);
    const { source, ...last } = dataset.questions[11];
    assert.deepEqual(last, {
      id: '5733a32bd058e614000b5f34',
      documentId: 'Warsaw-2',
      question: 'How many times has Polonia won the cup?',
      answers: ['twice'],
      split: 'test',
      domain: 'wikipedia',
    });
    assert.ok(source.line > 100 && source.column === 13, `${source.line}:${source.column}`);
  });

  it('counts equal answers once and articles without a title by number', async () => {
    const answers = [{ text: 'a' }, { text: 'b' }, { text: 'a' }];
    const paragraphs = [{ context: 'c', qas: [{ question: 'q', answers }] }];
    const { dataset, told } = await loadFiles({ 'dev.json': JSON.stringify({ data: [{ paragraphs }] }) });
    assert.deepEqual(told, []);
    assert.equal(dataset.documents[0].id, 'dev-1-1');
    assert.deepEqual(dataset.questions[0].answers, ['a', 'b']);
    assert.equal(dataset.questions[0].split, 'dev');
  });

  it('tells bad parts at their place and keeps the good ones', async () => {
    const text = `{"data": [
      {"title": 1, "paragraphs": [
        {"context": "c", "qas": [
          {"question": "", "answers": [{"text": "a"}]},
          {"question": "q1", "answers": []},
          {"question": "q2", "answers": [{"text": 5}]},
          {"question": "q3", "is_impossible": true, "answers": []},
          {"question": "q4"},
          {"question": "kept", "answers": [{"text": "a"}]}
        ]},
        {"qas": [{"question": "q", "answers": [{"text": "a"}]}]}
      ]},
      7
    ]}`;
    const { dataset, told } = await loadFiles({ 'x.json': text });
    assert.deepEqual(
      dataset.questions.map(({ question }) => question),
      ['kept'],
    );
    assert.deepEqual(told, [
      'x.json:2:17 title: This field must be text.',
      'x.json:4:24 question: This field is empty.',
      'x.json:5:41 answers: This list of answers is empty.',
      'x.json:6:51 text: This field must be text.',
      'x.json:7:47 is_impossible: This question has no answer and is left out.',
      'x.json:8:11 answers: This list is missing.',
      'x.json:11:9 context: This field is missing.',
      'x.json:11:9 qas: These questions have no context to belong to.',
      'x.json:13:7 paragraphs: This list is missing.',
    ]);
  });

  it('reads what stands before a place where the file is cut off', async () => {
    const text = '{"data": [{"paragraphs": [{"context": "c", "qas": []}, {"context": "d';
    const { dataset, told } = await loadFiles({ 'x.json': text });
    assert.equal(dataset.documents[0].text, 'c');
    assert.match(told.join('\n'), /^x.json:1:\d+ This is not valid JSON: /m);
  });

  it('tells other JSON, deep nesting and files too large to hold', async () => {
    assert.deepEqual((await loadFiles({ 'x.json': '[]' })).told, ['x.json:1:1 data: This list is missing.']);
    const deep = await loadFiles({ 'x.json': '['.repeat(200_000) });
    assert.deepEqual(deep.told, ['x.json:1:1 This is not valid JSON: it is nested too deeply.']);
    const large = await loadFiles({ 'x.json': '{"data":\n[]\n}' }, {}, { limit: 8 });
    assert.deepEqual(large.told, ['x.json:1:1 This file is too large for its format; convert it to JSONL.']);
  });
});
