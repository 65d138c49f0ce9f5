import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Change } from '../../../../src/dataset/edit/change';
import type { DatasetSource } from '../../../../src/dataset/source';
import { edited, type Texts } from './desk';

const wiki: Texts = {
  'train/doc.jsonl':
    '{"wiki_id": 7, "title": "Rhine", "text": "A river."}\n{"wiki_id": 9,"title":"Elbe","text":"Too.", "note": [1, 2]}\n',
  'train/qa.jsonl':
    '{"wiki_id": 7, "question": "What, \\"1\\"?", "answer": "river", "note": "x"}\n\n{"wiki_id": 7, "question": "Where?", "answer": "here", "answers": ["here", "there"]}\n{"wiki_id":9,"question":"Which?","answer":"that"}',
  'test/doc.jsonl': '{"title": "Main", "wiki_id": 20, "text": "Third."}\n',
};

/** The files that change, each as the lines that differ by their numbers from 1. */
async function changed(files: Texts, change: Change, source?: Partial<DatasetSource>) {
  const { texts, after } = await edited(files, change, source);
  const names = Object.keys(texts).filter((name) => texts[name] !== files[name]);
  return { texts, after, files: Object.fromEntries(names.map((name) => [name, texts[name].split('\n')])) };
}

const lines = (files: Texts, name: string) => files[name].split('\n');

describe('editing the Wiki2023 layout', () => {
  it('changes values of a row and nothing else of it', async () => {
    const [first, ...rest] = lines(wiki, 'train/qa.jsonl');
    const question = await changed(wiki, { kind: 'change question', id: '7?1', question: 'Ä "x"\n' });
    assert.deepEqual(question.files, { 'train/qa.jsonl': [first.replace('What, \\"1\\"?', 'Ä \\"x\\"\\n'), ...rest] });
    const answer = await changed(wiki, { kind: 'change question', id: '7?1', answers: ['a'] });
    assert.deepEqual(answer.files, { 'train/qa.jsonl': [first.replace('"river"', '"a"'), ...rest] });
  });

  it('writes several answers as the row has them', async () => {
    const text = lines(wiki, 'train/qa.jsonl');
    const more = await changed(wiki, { kind: 'change question', id: '9?1', answers: ['a', 'b'] });
    assert.equal(more.files['train/qa.jsonl'][3], '{"wiki_id":9,"question":"Which?","answer":"a","answers":["a","b"]}');
    const fewer = await changed(wiki, { kind: 'change question', id: '7?2', answers: ['z'] });
    assert.equal(
      fewer.files['train/qa.jsonl'][2],
      text[2].replace('"answer": "here"', '"answer": "z"').replace('["here", "there"]', '["z"]'),
    );
    assert.deepEqual(fewer.after.dataset.questions.find(({ id }) => id === '7?2')?.answers, ['z']);
  });

  it('adds a question behind the last of its document, written like it', async () => {
    const add: Change = { kind: 'add question', document: '9', question: 'New?', answers: ['a', 'b'] };
    const { files } = await changed(wiki, add);
    const text = lines(wiki, 'train/qa.jsonl');
    const row = '{"wiki_id":9,"question":"New?","answer":"a","answers":["a","b"]}';
    assert.deepEqual(files, { 'train/qa.jsonl': [...text, row] });
    const before = await changed(wiki, { ...add, document: '7', before: '7?2', answers: ['a'] });
    assert.deepEqual(before.files['train/qa.jsonl'].toSpliced(2, 1), text);
  });

  it('makes the file of questions where there is none', async () => {
    const { texts, after } = await changed(wiki, {
      kind: 'add question',
      document: '20',
      question: 'New?',
      answers: ['a'],
    });
    assert.equal(texts['test/qa.jsonl'], '{"wiki_id": 20, "question": "New?", "answer": "a"}\n');
    assert.equal(after.dataset.questions.at(0)?.split, 'test');
  });

  it('adds a document with the next number', async () => {
    const { files } = await changed(wiki, { kind: 'add document', title: 'New', text: 'Text', split: 'test' });
    assert.deepEqual(files, {
      'test/doc.jsonl': [lines(wiki, 'test/doc.jsonl')[0], '{"title": "New", "wiki_id": 21, "text": "Text"}', ''],
    });
  });

  it('deletes rows, the last one without its line end too', async () => {
    const text = lines(wiki, 'train/qa.jsonl');
    assert.deepEqual((await changed(wiki, { kind: 'delete', ids: ['9?1'] })).files, {
      'train/qa.jsonl': text.slice(0, 3),
    });
    const { files } = await changed(wiki, { kind: 'delete', ids: ['7', '9?1'] });
    assert.deepEqual(files, {
      'train/doc.jsonl': lines(wiki, 'train/doc.jsonl').slice(1),
      'train/qa.jsonl': ['', ''].slice(1),
    });
  });

  it('moves questions to other documents as they are written', async () => {
    const { files, after } = await changed(wiki, { kind: 'move questions', ids: ['7?1', '7?2'], document: '20' });
    const [first, , second] = lines(wiki, 'train/qa.jsonl').map((line) =>
      line.replace('"wiki_id": 7', '"wiki_id": 20'),
    );
    assert.deepEqual(files['test/qa.jsonl'], [first, second, '']);
    assert.deepEqual(files['train/qa.jsonl'], ['', lines(wiki, 'train/qa.jsonl')[3]]);
    assert.deepEqual(after.dataset.questions.map(({ id, split }) => [id, split]).sort(), [
      ['20?1', 'test'],
      ['20?2', 'test'],
      ['9?1', 'train'],
    ]);
  });

  it('moves a document to another split with its questions, below both', async () => {
    const { files, after } = await changed(wiki, { kind: 'move documents', ids: ['9'], split: 'test', before: '20' });
    assert.deepEqual(files['test/doc.jsonl'], [lines(wiki, 'train/doc.jsonl')[1], ...lines(wiki, 'test/doc.jsonl')]);
    assert.deepEqual(files['test/qa.jsonl'], [lines(wiki, 'train/qa.jsonl')[3], '']);
    assert.deepEqual(files['train/qa.jsonl'], lines(wiki, 'train/qa.jsonl').slice(0, 3));
    assert.deepEqual(after.dataset.questions.find(({ documentId }) => documentId === '9')?.split, 'test');
    assert.deepEqual(after.problems, []);
  });

  it('puts a document beside the last of its format, though others come behind', async () => {
    const files = { ...wiki, 'test/x.qa': '# X\n\nText.\n' };
    const { files: found } = await changed(files, { kind: 'move documents', ids: ['9'], split: 'test' });
    assert.deepEqual(found['test/doc.jsonl'].slice(1, 2), [lines(wiki, 'train/doc.jsonl')[1]]);
  });

  it('names the split of a document in a row where no file does', async () => {
    const { files } = await changed(wiki, { kind: 'move documents', ids: ['7'], split: 'dev' });
    assert.match(files['train/doc.jsonl'][0], /"text": "A river.", "split": "dev"}$/);
    assert.match(files['train/qa.jsonl'][0], /"note": "x", "split": "dev"}$/);
  });
});

const csv =
  'id,title,text,question,answer,document\r\n1,Rhine,"A ""river"",\r\nlong",,,\r\n2,Elbe,Short,,,\r\nq1,,,"Which, one?",that,1\r\n,,,Where?,here,1\r\n';

describe('editing tables', () => {
  const source = { path: 'data.csv' };

  it('changes a cell, in quotes where it needs them', async () => {
    const { texts } = await edited(
      { 'data.csv': csv },
      { kind: 'change question', id: 'q1', question: 'A "b"' },
      source,
    );
    assert.equal(texts['data.csv'], csv.replace('"Which, one?"', '"A ""b"""'));
    const answer = await edited(
      { 'data.csv': csv },
      { kind: 'change question', id: '1?1', answers: ['x,\ny'] },
      source,
    );
    assert.equal(answer.texts['data.csv'], csv.replace(',here,', ',"x,\r\ny",'));
    const title = await edited({ 'data.csv': csv }, { kind: 'change document', id: '1', title: 'Rhein' }, source);
    assert.equal(title.texts['data.csv'], csv.replace('1,Rhine', '1,Rhein'));
  });

  it('adds, moves and deletes rows that may have several lines', async () => {
    const add = await edited(
      { 'data.csv': csv },
      { kind: 'add question', document: '2', question: 'New?', answers: ['a'] },
      source,
    );
    assert.equal(add.texts['data.csv'], csv.replace('2,Elbe,Short,,,\r\n', '2,Elbe,Short,,,\r\n,,,New?,a,2\r\n'));
    const move = await edited(
      { 'data.csv': csv },
      { kind: 'move documents', ids: ['2'], split: 'train', before: '1' },
      source,
    );
    assert.match(move.texts['data.csv'], /document\r\n2,Elbe,Short,,,\r\n1,Rhine,"A ""river"",\r\nlong",,,\r\nq1/);
    const remove = await edited({ 'data.csv': csv }, { kind: 'delete', ids: ['1'] }, source);
    assert.equal(remove.texts['data.csv'], 'id,title,text,question,answer,document\r\n2,Elbe,Short,,,\r\n');
  });

  it('takes quotes within a cell as letters', async () => {
    const head = 'id,document,question,answer,text\n';
    const rows = ['q1,d,How long is a 5" pipe,x,\n', 'q2,d,What?,y,\n', 'd,,,,A "text"\n'];
    const files = { 'data.csv': head + rows.join('') };
    const gone = await edited(files, { kind: 'delete', ids: ['q1'] }, source);
    assert.equal(gone.texts['data.csv'], head + rows[1] + rows[2]);
    const changed = await edited(files, { kind: 'change question', id: 'q1', question: 'A 6" pipe?' }, source);
    assert.equal(changed.texts['data.csv'], files['data.csv'].replace('How long is a 5" pipe', '"A 6"" pipe?"'));
    assert.deepEqual(changed.after.problems, []);
  });

  it('finds the cells where white space stands behind quotes', async () => {
    const spaced = 'id,document,question,answer,text\n"q1" ,"d","Which?"  ,"that","" \n"d",,,,"Text"\n';
    const files = { 'data.csv': spaced };
    const { texts, after } = await edited(files, { kind: 'change question', id: 'q1', question: 'New?' }, source);
    assert.equal(texts['data.csv'], spaced.replace('Which?', 'New?'));
    assert.equal(after.dataset.questions[0].documentId, 'd');
    assert.deepEqual(after.problems, []);
  });

  it('says which column is missing', async () => {
    const change: Change = { kind: 'change question', id: 'q1', answers: ['a', 'b'] };
    await assert.rejects(edited({ 'data.csv': csv }, change, source), {
      message: 'This table has no column "answers".',
    });
  });

  const both =
    '{"id":"a","context":"Text one.","q":"One?","answers":{"text":["one"],"answer_start":[5]}}\n{"id":"b","context":"Text one.","q":"Two?","answers":{"text":["Text"],"answer_start":[0]}}\n';
  const columns = { text: 'context', question: 'q' };

  it('passes over lines that are no rows', async () => {
    for (const line of ['null', '7', '"x"', '[]', '{', '']) {
      const files = { 't.jsonl': `${line}\n${both}` };
      const change: Change = { kind: 'change document', id: 't-1', title: 'New' };
      const { texts } = await edited(files, change, { path: 't.jsonl', columns });
      assert.equal(texts['t.jsonl'], `${line}\n${both.replaceAll(/\}$/gm, ',"title":"New"}')}`);
    }
  });

  it('keeps documents that stand in the rows of their questions', async () => {
    const at = { path: 't.jsonl', columns };
    const text = await edited({ 't.jsonl': both }, { kind: 'change document', id: 't-1', text: 'New.' }, at);
    const moved = both.replaceAll('Text one.', 'New.').replace('[5]', '[-1]').replace('[0]', '[-1]');
    assert.equal(text.texts['t.jsonl'], moved);
    const longer = await edited({ 't.jsonl': both }, { kind: 'change document', id: 't-1', text: 'Text is one.' }, at);
    assert.equal(longer.texts['t.jsonl'], both.replaceAll('Text one.', 'Text is one.').replace('[5]', '[8]'));
    const answers = await edited(
      { 't.jsonl': both },
      { kind: 'change question', id: 'a', answers: ['Text', 'no'] },
      at,
    );
    assert.equal(
      answers.texts['t.jsonl'],
      both.replace('{"text":["one"],"answer_start":[5]}', '{"text":["Text","no"],"answer_start":[0,-1]}'),
    );
    const added = await edited(
      { 't.jsonl': both },
      { kind: 'add question', document: 't-1', question: 'Three?', answers: ['one'] },
      at,
    );
    assert.equal(
      added.texts['t.jsonl'],
      `${both}{"context":"Text one.","q":"Three?","answers":{"text":["one"],"answer_start":[5]}}\n`,
    );
    assert.equal(added.after.dataset.documents.length, 1);
    await assert.rejects(edited({ 't.jsonl': both }, { kind: 'delete', ids: ['a', 'b'] }, at), /its only question/);
    assert.equal((await edited({ 't.jsonl': both }, { kind: 'delete', ids: ['t-1'] }, at)).texts['t.jsonl'], '');
  });
});
