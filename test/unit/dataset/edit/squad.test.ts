import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Change } from '../../../../src/dataset/edit/change';
import { edited } from './desk';

const squad = {
  version: '1.1',
  data: [
    {
      title: 'Rivers',
      paragraphs: [
        {
          context: 'The Rhine rises in the Alps.',
          qas: [
            {
              id: 'a',
              question: 'Where?',
              answers: [
                { text: 'the Alps', answer_start: 19 },
                { text: 'Alps', answer_start: 23 },
              ],
            },
            { id: 'b', question: 'Which?', answers: [{ text: 'The Rhine', answer_start: 0 }] },
            { id: 'c', question: 'What?', answers: [{ text: 'rises', answer_start: 10 }] },
          ],
        },
        {
          context: 'The Elbe.',
          qas: [{ id: 'd', question: 'River?', answers: [{ text: 'The Elbe', answer_start: 0 }] }],
        },
      ],
    },
    { title: 'Lakes', paragraphs: [{ context: 'Geneva.', qas: [] }] },
  ],
};

type Squad = typeof squad;

for (const [name, write] of [
  ['on one line', (value: Squad) => JSON.stringify(value)],
  ['on one line with spaces', (value: Squad) => JSON.stringify(value, null, 1).replace(/\n */g, ' ')],
  ['indented', (value: Squad) => `${JSON.stringify(value, null, 2)}\n`],
  ['with CRLF and tabs', (value: Squad) => JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n')],
] as const)
  describe(`editing SQuAD ${name}`, () => {
    /** The file afterwards is as if the changed value had been written. */
    const check = (what: string, change: Change, expected: (value: Squad) => void) =>
      it(what, async () => {
        const value = structuredClone(squad);
        expected(value);
        const { texts } = await edited({ 's.json': write(squad) }, change);
        assert.equal(texts['s.json'], write(value));
      });
    const first = (value: Squad) => value.data[0].paragraphs[0];

    check('changes a question', { kind: 'change question', id: 'a', question: 'Ö\n"?' }, (value) => {
      first(value).qas[0].question = 'Ö\n"?';
    });
    check('changes answers', { kind: 'change question', id: 'a', answers: ['rises', 'Alps', 'no'] }, (value) => {
      first(value).qas[0].answers = [
        { text: 'rises', answer_start: 10 },
        { text: 'Alps', answer_start: 23 },
        { text: 'no', answer_start: -1 },
      ];
    });
    check(
      'renames an article and changes a context',
      { kind: 'change document', id: 'Rivers-2', title: 'R', text: 'x' },
      (value) => {
        value.data[0].title = 'R';
        value.data[0].paragraphs[1].context = 'x';
        value.data[0].paragraphs[1].qas[0].answers[0].answer_start = -1;
      },
    );
    const longer = 'In short, the Alps. The Rhine rises in the Alps.';
    check(
      'moves the answers with the text that they are in',
      { kind: 'change document', id: 'Rivers-1', text: longer },
      (value) => {
        first(value).context = longer;
        first(value).qas[0].answers[0].answer_start = 10;
        first(value).qas[0].answers[1].answer_start = 14;
        first(value).qas[1].answers[0].answer_start = 20;
        first(value).qas[2].answers[0].answer_start = 30;
      },
    );
    check(
      'leaves answers that stay where they are',
      { kind: 'change document', id: 'Rivers-1', text: 'Ah! Alps! He rises in the Alps.' },
      (value) => {
        first(value).context = 'Ah! Alps! He rises in the Alps.';
        first(value).qas[0].answers[0].answer_start = 22;
        first(value).qas[0].answers[1].answer_start = 4;
        first(value).qas[1].answers[0].answer_start = -1;
        first(value).qas[2].answers[0].answer_start = 13;
      },
    );
    check(
      'adds a question',
      { kind: 'add question', document: 'Rivers-1', question: 'New?', answers: ['Alps'], before: 'b' },
      (value) => {
        first(value).qas.splice(1, 0, { question: 'New?', answers: [{ text: 'Alps', answer_start: 23 }] } as never);
      },
    );
    check('deletes questions', { kind: 'delete', ids: ['a', 'c'] }, (value) => {
      first(value).qas = [squad.data[0].paragraphs[0].qas[1]];
    });
    check('deletes the last paragraph with its article', { kind: 'delete', ids: ['Lakes-1', 'Rivers-2'] }, (value) => {
      value.data = [{ title: 'Rivers', paragraphs: [squad.data[0].paragraphs[0]] }];
    });
    check('reorders questions', { kind: 'move questions', ids: ['a', 'b'], document: 'Rivers-1' }, (value) => {
      const [a, b, c] = first(value).qas;
      first(value).qas = [c, a, b];
    });
    check(
      'moves a question to another paragraph',
      { kind: 'move questions', ids: ['a'], document: 'Rivers-2', before: 'd' },
      (value) => {
        const [a] = first(value).qas.splice(0, 1);
        a.answers.forEach((answer) => (answer.answer_start = -1));
        value.data[0].paragraphs[1].qas.unshift(a);
      },
    );
    check(
      'reorders paragraphs',
      { kind: 'move documents', ids: ['Rivers-2'], split: 'train', before: 'Rivers-1' },
      (value) => {
        value.data[0].paragraphs.reverse();
      },
    );
    check(
      'adds a paragraph',
      { kind: 'add document', title: 'x', text: 'New.', split: 'train', after: 'Rivers-2' },
      (value) => {
        value.data[0].paragraphs.push({ context: 'New.', qas: [] });
      },
    );
  });

describe('editing SQuAD', () => {
  it('says that it has no splits within a file', async () => {
    await assert.rejects(
      edited({ 's.json': JSON.stringify(squad) }, { kind: 'move documents', ids: ['Lakes-1'], split: 'test' }),
      /A SQuAD file cannot say the split/,
    );
  });
});
