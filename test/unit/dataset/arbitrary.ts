/** Arbitrary consistent datasets for round-trip tests. */
import fc from 'fast-check';
import { ordinalId } from '../../../src/dataset/ids';
import type { Dataset, Document, Question } from '../../../src/dataset/model';

const source = { file: 'arbitrary', line: 1 };

/** Text with the characters that formats stumble over, holding more than white space. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom(
        '\n',
        '\\',
        '# ',
        'Q: ',
        'A:',
        '// ',
        ' ',
        '\t',
        '"',
        'id: x',
        '---',
        '\r',
        '\uFEFF',
        ',',
        '\u2028',
      ),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text.trim() !== '');

export const oneLine: fc.Arbitrary<string> = anyText.filter((text) => !text.includes('\n'));

const optionalDomain = fc.option(fc.constantFrom('film', 'people'), { nil: undefined });

/** A dataset whose questions are grouped by document and named as reading would, but for some with ids of their own. */
export const anyDataset: fc.Arbitrary<Dataset> = fc
  .uniqueArray(
    fc.record({
      id: fc.oneof(oneLine, fc.nat().map(String)),
      title: oneLine,
      text: anyText,
      split: fc.constantFrom('train', 'test', 'base'),
      domain: optionalDomain,
      questions: fc.uniqueArray(
        fc.record({ question: anyText, answers: fc.uniqueArray(anyText, { minLength: 1, maxLength: 3 }) }),
        {
          selector: (one) => one.question,
          maxLength: 3,
        },
      ),
      named: fc.boolean(),
    }),
    { selector: (one) => one.id, maxLength: 5 },
  )
  .map((entries) => {
    const documents: Document[] = [];
    const questions: Question[] = [];
    for (const { questions: asked, domain, named, ...entry } of entries) {
      const place = { split: entry.split, ...(domain === undefined ? {} : { domain }), source };
      documents.push({ ...entry, ...place });
      asked.forEach((one, index) => {
        const id = named ? `own ${documents.length}.${index}` : ordinalId(entry.id, index + 1);
        questions.push({ id, documentId: entry.id, ...one, ...place });
      });
    }
    return { documents, questions };
  });
