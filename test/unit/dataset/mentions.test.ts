import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Mention } from '../../../src/dataset/mentions/mention';
import { namingIn } from '../../../src/dataset/mentions/naming';
import type { Columns, Format, InputFile } from '../../../src/dataset/source';
import { orderIdsIn } from '../../../src/schedule/order-ids';

const fileOf = (name: string, format: Format, columns: Columns = {}): InputFile => ({
  path: `/data/${name}`,
  name,
  format,
  split: 'train',
  columns,
  lineLimit: 1000,
});

/** What stands at the place of each mention, and what would stand there for the id `new one`. */
function told(text: string, mentions: readonly Mention[], id = 'new one') {
  return mentions.map(({ name, role, span, rewrite }) => [name, role, textAt(text, span), rewrite?.(id)]);
}

function textAt(text: string, { start, end }: Mention['span']): string {
  const lines = text.split(/\r?\n/);
  if (start.line === end.line) return lines[start.line].slice(start.column, end.column);
  return [lines[start.line].slice(start.column), lines[end.line].slice(0, end.column)].join('|');
}

describe('the documents that a file names', () => {
  it('in .qa: by a heading, by an id, by the name of the file', () => {
    const text =
      'Q: q\nA: a\n\n# The Rhine\nid: rhine\n\ntext\n\nQ: r\nid: own\nA: a\n\n#  Elbe  \nQ: q\nA: a\n\n# Oder\ntext\n#\n';
    const naming = namingIn(text, fileOf('train/nile.qa', 'qa'), []);
    const { questionIds } = naming;
    const mentions = naming.mentions.filter(({ mark }) => !mark);
    const marks = naming.mentions.filter(({ mark }) => mark);
    assert.deepEqual(
      marks.map(({ name, span }) => [name, span.start.line, textAt(text, span)]),
      [
        ['nile', 0, 'Q:'],
        ['rhine', 8, 'Q:'],
        ['Elbe', 13, 'Q:'],
      ],
    );
    assert.deepEqual(told(text, mentions), [
      ['nile', 'questions', '', '# new one\n\n'],
      ['rhine', 'document', 'The Rhine', undefined],
      ['rhine', 'document', 'rhine', 'new one'],
      ['Elbe', 'questions', 'Elbe', 'new one'],
      ['Oder', 'document', 'Oder', 'new one'],
    ]);
    assert.deepEqual(questionIds, ['own']);
    assert.equal(mentions[3].rewrite?.(' \\'), '\\ \\\\');
  });

  it('in the Wiki2023 layout: numbers stay numbers where they can', () => {
    const text = '{"wiki_id": 12, "title": "T", "text": "t"}\r\n\r\n{"text": "t", "wiki_id": "a\\u0062"}\n';
    const { mentions } = namingIn(text, fileOf('train/doc.jsonl', 'wiki'), [1, 3]);
    assert.deepEqual(told(text, mentions, '007'), [
      ['12', 'document', '12', '"007"'],
      ['ab', 'document', '"a\\u0062"', '"007"'],
    ]);
    assert.equal(mentions[0].rewrite?.('13'), '13');
    assert.equal(mentions[1].rewrite?.('13'), '"13"');
  });

  it('in qa.jsonl: the document of the question, and the ids that questions have themselves', () => {
    const text =
      '{"wiki_id": "a", "question": "q", "answer": "a"}\n{"id": 7, "wiki_id": "b", "question": "q"}\nno JSON';
    const naming = namingIn(text, fileOf('train/qa.jsonl', 'wiki'), [1, 2, 3]);
    assert.deepEqual(told(text, naming.mentions), [
      ['a', 'questions', '"a"', '"new one"'],
      ['b', 'questions', '"b"', '"new one"'],
    ]);
    assert.deepEqual(naming.questionIds, ['7']);
  });

  it('only in the rows that are asked for', () => {
    const text = '{"wiki_id": 1, "text": "t"}\n{"wiki_id": 2, "text": "t"}\n{"wiki_id": 3, "text": "t"}';
    const { mentions } = namingIn(text, fileOf('doc.jsonl', 'wiki'), [3, 99, 1, 3]);
    assert.deepEqual(
      mentions.map(({ name, span }) => [name, span.start.line]),
      [
        ['1', 0],
        ['3', 2],
      ],
    );
  });

  it('in tables: by the columns that the source names', () => {
    const rows = [
      { id: 1, body: 't' },
      { id: 2, page: 1, q: 'q', answer: 'a' },
      { id: 3, page: 4, q: 'q', answer: 'a', body: 't' },
    ];
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    const columns = { text: 'body', question: 'q', document: 'page' };
    const { mentions, questionIds } = namingIn(text, fileOf('a.jsonl', 'table', columns), [1, 2, 3]);
    assert.deepEqual(told(text, mentions), [
      ['1', 'document', '1', '"new one"'],
      ['1', 'questions', '1', '"new one"'],
      ['4', 'document', '4', '"new one"'],
    ]);
    assert.deepEqual(questionIds, ['2', '3']);
  });

  it('in CSV: behind quotes and over several lines', () => {
    const text = 'note;id;text\r\n"a;\r\n""b""";r1;t\r\n;"r;\r\n2";"t"\r\n';
    const { mentions } = namingIn(text, fileOf('a.csv', 'table'), [2, 4]);
    assert.deepEqual(told(text, mentions, 'x;"y'), [
      ['r1', 'document', 'r1', '"x;""y"'],
      ['r;\n2', 'document', '"r;|2"', '"x;""y"'],
    ]);
  });

  it('in CSV: with quotes within cells and white space behind them', () => {
    const text = 'id,document,question,answer\nq1,r,5" pipe,x\n"q2" ,"s" ,q,x\nq3,t,q,x\n';
    const { mentions, questionIds } = namingIn(text, fileOf('a.csv', 'table'), [2, 3, 4]);
    assert.deepEqual(told(text, mentions), [
      ['r', 'questions', 'r', 'new one'],
      ['s', 'questions', '"s"', '"new one"'],
      ['t', 'questions', 't', 'new one'],
    ]);
    assert.deepEqual(questionIds, ['q1', 'q2', 'q3']);
  });

  it('in TSV whose first column has no name', () => {
    const text = '\tid\ttext\n0\tr\tt\n';
    const { mentions } = namingIn(text, fileOf('a.tsv', 'table'), [2]);
    assert.deepEqual(told(text, mentions), [['r', 'document', 'r', 'new one']]);
  });

  it('in TSV, where commas are nothing special', () => {
    const text = 'document\tquestion\tanswer\na,b\tq\ta\n';
    const { mentions } = namingIn(text, fileOf('a.tsv', 'table'), [2]);
    assert.deepEqual(told(text, mentions), [['a,b', 'questions', 'a,b', 'new one']]);
  });

  it('in front matter, which is added where there is none', () => {
    const mention = (text: string) => told(text, namingIn(text, fileOf('rhine.md', 'text'), []).mentions, '12: x');
    assert.deepEqual(mention('---\ntitle: T\nid:  "r"  # note\n---\ntext'), [['r', 'document', '"r"', '"12: x"']]);
    assert.deepEqual(mention('---\n  title: T\n---\ntext'), [['rhine', 'document', '', '  id: "12: x"\n']]);
    assert.deepEqual(mention('text'), [['rhine', 'document', '', '---\nid: "12: x"\n---\n\n']]);
    assert.deepEqual(mention('---\n{title: T}\n---\ntext'), []);
    assert.deepEqual(mention('---\n{id: r, title: T}\n---\ntext'), [['r', 'document', 'r', '"12: x"']]);
    assert.deepEqual(mention('---\nid: >-\n  r\ntitle: T\n---\n'), [['r', 'document', '>-|  r', '"12: x"']]);
    assert.deepEqual(mention('---\n: [\n---\ntext'), []);
  });

  it('in the orders of an experiment, with comments and while it is being typed', () => {
    const text = '{"stages": [{"order": ["a", /* b */ "c?1", 3]}, {"name": "x"}, {"order": ["d"';
    assert.deepEqual(
      orderIdsIn(text).map(({ id, offset, length }) => [id, text.slice(offset, offset + length)]),
      [
        ['a', '"a"'],
        ['c?1', '"c?1"'],
        ['d', '"d"'],
      ],
    );
    assert.deepEqual(orderIdsIn(''), []);
  });
});
