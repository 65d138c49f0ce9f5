import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { type BiosSettings, biosDefaults, generateBios, writeBios } from '../../../src/dataset/bios';
import { attributes } from '../../../src/dataset/bios/attributes';
import * as values from '../../../src/dataset/bios/values';
import { loadDataset } from '../../../src/dataset/load';
import { UserError } from '../../../src/errors';
import { content, inFolder } from './folder';

const settings = (change: Partial<BiosSettings> = {}): BiosSettings => ({
  ...biosDefaults,
  people: { train: 30, test: 10, base: 40 },
  ...change,
});
const titles = (split: string, { documents } = generateBios(settings())) =>
  new Set(documents.filter((document) => document.split === split).map(({ title }) => title));

/** Whether a text holds a sentence of this wording, whoever and whatever it tells of. */
const says = (text: string, wording: string) => text.includes(wording.split('{name}')[1].split('{value}')[0]);

describe('synthetic biographies', () => {
  it('are as many as asked for, with five questions a person in train and test', () => {
    const { documents, questions } = generateBios(settings({ texts: 2, baseTexts: 3 }));
    const count = (items: { split: string }[], split: string) => items.filter((item) => item.split === split).length;
    assert.deepEqual(
      ['train', 'test', 'base'].map((split) => [count(documents, split), count(questions, split)]),
      [
        [60, 150],
        [20, 50],
        [120, 0],
      ],
    );
  });

  it('never tell of one person in two splits', () => {
    const [train, test, base] = ['train', 'test', 'base'].map((split) => titles(split));
    assert.deepEqual([train.size, test.size, base.size], [30, 10, 40]);
    assert.equal(new Set([...train, ...test, ...base]).size, 80);
  });

  it('contain every answer word for word, and the name in every sentence', () => {
    const { documents, questions } = generateBios(settings({ texts: 2 }));
    for (const { text, title } of documents) {
      const sentences = text.split(/(?<=\.) /);
      assert.equal(sentences.length, 5, text);
      assert.ok(
        sentences.every((sentence) => sentence.includes(title)),
        text,
      );
    }
    for (const { documentId, question, answers } of questions) {
      const texts = documents.filter(({ id }) => id === documentId || id === `${documentId}-2`);
      assert.equal(texts.length, 2);
      assert.ok(texts.every(({ text, title }) => text.includes(answers[0]) && question.includes(title)));
    }
  });

  it('write the same bytes for the same seed, today and tomorrow', async () => {
    const hash = (seed: number) =>
      inFolder({}, async (folder) => {
        await writeBios(folder, settings({ seed }));
        const files = ['train/doc', 'train/qa', 'test/doc', 'test/qa', 'base/doc'];
        const bytes = files.map((name) => readFileSync(path.join(folder, `${name}.jsonl`)));
        return createHash('sha256').update(Buffer.concat(bytes)).digest('hex').slice(0, 12);
      });
    assert.equal(await hash(1), await hash(1));
    assert.notEqual(await hash(1), await hash(2));
    assert.equal(await hash(1), 'a3d87db60e9d');
  });

  it('stay the same people when others are added behind them', () => {
    const few = generateBios(settings({ people: { train: 3, test: 0, base: 0 } }));
    const many = generateBios(settings());
    assert.deepEqual(many.documents.slice(0, 3), few.documents);
    assert.deepEqual(many.questions.slice(0, 15), few.questions);
  });

  it('come back from the Wiki2023 layout as they were', () =>
    inFolder({}, async (folder) => {
      const made = settings({ texts: 2, questionForms: 3 });
      await writeBios(folder, made);
      const { dataset, problems } = await loadDataset([{ path: folder }]);
      assert.deepEqual(problems, []);
      assert.deepEqual(content(dataset), content(generateBios(made)));
    }));

  it('use only as many values as asked for', () => {
    const sizes = { firstNames: 2, lastNames: 50, cities: 1, universities: 1, fields: 1, employers: 1 };
    const { documents, questions } = generateBios(settings({ sizes, years: [1950, 1950] }));
    assert.deepEqual(new Set(documents.map(({ title }) => title.split(' ')[0])), new Set(['Emily', 'Jacob']));
    const answersTo = (start: string) =>
      new Set(questions.filter(({ question }) => question.startsWith(start)).map(({ answers }) => answers[0]));
    assert.deepEqual(answersTo('Which city'), new Set([values.cities[0]]));
    assert.deepEqual(answersTo('Who employed'), new Set([values.employers[0]]));
    assert.ok([...answersTo('When')].every((date) => /^([1-9]|1\d|2[0-8]) [A-Z][a-z]+ 1950$/.test(date)));
  });

  it('ask in several wordings, and tell of chosen attributes only', () => {
    const { documents, questions } = generateBios(settings({ attributes: ['city'], questionForms: 3 }));
    assert.equal(questions.length, 40 * 3);
    assert.equal(new Set(questions.map(({ question }) => question)).size, 120);
    assert.equal(documents[0].text.split('.').length, 2);
  });

  it('begin with the words that are asked for, and tell each fact in so many wordings', () => {
    const { documents } = generateBios(settings({ opening: 'Biography.', wordings: 1 }));
    assert.ok(documents.every(({ title, text }) => text.startsWith(`Biography. ${title} `)));
    assert.ok(documents.every(({ text }) => attributes.every(({ sentences }) => says(text, sentences[0]))));
    const varied = generateBios(settings({ wordings: 2 })).documents;
    assert.ok(varied.some(({ text }) => attributes.some(({ sentences }) => says(text, sentences[1]))));
    assert.ok(
      varied.every(({ text }) => attributes.every(({ sentences }) => !sentences[2] || !says(text, sentences[2]))),
    );
  });

  it('may use pronouns after the first sentence', () => {
    const { documents } = generateBios(settings({ pronouns: true }));
    const pronouns = documents.filter(({ text }) => /\. (She|He) /.test(text));
    assert.ok(pronouns.length > documents.length / 2);
    assert.ok(documents.every(({ text }) => !/^(She|He) /.test(text)));
    assert.ok(
      documents.every(({ title, text }) => !values.women.includes(title.split(' ')[0]) || !text.includes(' He ')),
    );
  });

  it('have wordings that hold the name and, in sentences, the value', () => {
    for (const { sentences, questions } of attributes) {
      assert.ok(sentences.every((wording) => wording.includes('{name}') && wording.includes('{value}')));
      assert.ok(questions.every((wording) => wording.includes('{name}')));
      assert.equal(questions.length, 3);
    }
  });

  it('refuse what cannot be made', () => {
    const refused = (change: Partial<BiosSettings>, reason: RegExp) =>
      assert.throws(
        () => generateBios(settings(change)),
        (error) => error instanceof UserError && reason.test(error.message),
      );
    refused({ people: { train: 7000, test: 201, base: 0 } }, /^7201 people need as many names, but there are 7200/);
    refused({ sizes: { ...biosDefaults.sizes, cities: 1000 } }, /^Cities must be a whole number from 1 to 150/);
    refused({ attributes: [] }, /at least one attribute/);
    refused({ questionForms: 4 }, /^Question forms/);
    refused({ years: [1990, 1980] }, /^The last year/);
  });
});
