/** Whatever is done to whatever dataset: reading again gives what was meant, and the way back leads back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Change } from '../../../../src/dataset/edit/change';
import { applyEdits } from '../../../../src/dataset/edit/text';
import type { LoadedDataset } from '../../../../src/dataset/load';
import type { Dataset, Document, Question } from '../../../../src/dataset/model';
import { formatQa } from '../../../../src/dataset/formats/qa-write';
import { anyDataset, anyText, oneLine } from '../arbitrary';
import { edited, inverseOf, type Texts } from './desk';

interface Form {
  name: string;
  write: (dataset: Dataset) => Texts;
  /** What the form cannot keep apart. */
  bare?: Partial<Record<keyof Change, never>>;
}

const rows = (items: object[]) => items.map((item) => `${JSON.stringify(item)}\n`).join('');
const question = ({ documentId, question, answers, split, domain }: Question) => ({
  document: documentId,
  question,
  answers,
  split,
  domain,
});
const document = ({ id, title, text, split, domain }: Document) => ({ id, title, text, split, domain });

function csv(dataset: Dataset): string {
  const columns = ['id', 'title', 'text', 'split', 'domain', 'document', 'question', 'answers'] as const;
  const cell = (value: unknown) => `"${String(value ?? '').replaceAll('"', '""')}"`;
  const line = (row: Record<string, unknown>) => columns.map((name) => cell(row[name])).join(',');
  const asking = dataset.questions.map((one) => ({ ...question(one), answers: JSON.stringify(one.answers) }));
  return [columns.join(','), ...dataset.documents.map((one) => line(document(one))), ...asking.map(line)].join('\n');
}

/** Files in different folders, so that paths say splits and domains. */
function wiki({ documents, questions }: Dataset): Texts {
  const splits = [...new Set([...documents, ...questions].map(({ split }) => split))];
  return Object.fromEntries(
    splits.flatMap((split) => [
      [
        `${split}/doc.jsonl`,
        rows(
          documents
            .filter((one) => one.split === split)
            .map(({ id, title, text, domain }) => ({ wiki_id: id, title, text, domain })),
        ),
      ],
      [
        `${split}/qa.jsonl`,
        rows(
          questions
            .filter((one) => one.split === split)
            .map(({ documentId, question, answers, domain }) => ({
              wiki_id: documentId,
              question,
              answer: answers[0],
              answers,
              domain,
            })),
        ),
      ],
    ]),
  );
}

const forms: Form[] = [
  { name: '.qa', write: (dataset) => ({ 'all.qa': formatQa(dataset) }) },
  {
    name: '.qa with CRLF and a mark',
    write: (dataset) => ({ 'all.qa': `\uFEFF${formatQa(dataset).replaceAll('\n', '\r\n')}` }),
  },
  { name: 'Wiki2023', write: wiki },
  {
    name: 'JSONL',
    write: ({ documents, questions }) => ({
      'all.jsonl': rows([...documents.map(document), ...questions.map(question)]),
    }),
  },
  { name: 'CSV', write: (dataset) => ({ 'all.csv': csv(dataset) }) },
];

/** What is compared: everything but ids of questions, which follow from their order, and places. */
function meaning({ documents, questions }: Dataset) {
  const groups = new Map<string, unknown[]>(documents.map(({ id }) => [id, []]));
  for (const { documentId, question, answers, split } of questions)
    groups.get(documentId)!.push({ question, answers, split });
  return {
    documents: documents.map(({ id, title, text, split }) => ({ id, title, text, split })).sort(byId),
    orders: orders(documents),
    questions: [...groups].sort(),
  };
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

/** Ids in order, one list a split: between splits in several files there is no order to keep. */
function orders(documents: readonly Document[]) {
  return [...new Set(documents.map(({ split }) => split))]
    .sort()
    .map((split) => documents.filter((one) => one.split === split).map(({ id }) => id));
}

interface Case {
  change: Change;
  expect: (dataset: Dataset) => void;
}

/** A change of the dataset, and the same change of the values. */
function anyCase(
  { dataset: { documents, questions } }: LoadedDataset,
  pick: (count: number) => number,
  text: string,
  line: string,
): Case | undefined {
  if (documents.length === 0) return undefined;
  const some = <T>(list: readonly T[]) => list[pick(list.length)];
  const kind = pick(7);
  const target = some(documents);
  const one = questions.length > 0 ? some(questions) : undefined;
  const at = (dataset: Dataset, id: string) => dataset.questions.find((question) => question.id === id)!;
  const own = questions.filter(({ documentId }) => documentId === target.id);
  const before = own.length > 0 && pick(2) === 0 ? some(own) : undefined;
  const place = (dataset: Dataset, added: Question[]) => {
    const last = dataset.questions.findLastIndex(({ documentId }) => documentId === target.id);
    const index =
      before && dataset.questions.includes(at(dataset, before.id))
        ? dataset.questions.indexOf(at(dataset, before.id))
        : last + 1;
    dataset.questions.splice(index, 0, ...added);
  };
  const like = (split?: string) => split ?? before?.split ?? own.at(-1)?.split ?? target.split;
  switch (kind) {
    case 0:
      return (
        one && {
          change: { kind: 'change question', id: one.id, question: text },
          expect: (dataset) => (at(dataset, one.id).question = text),
        }
      );
    case 1:
      return (
        one && {
          change: { kind: 'change question', id: one.id, answers: [text, line] },
          expect: (dataset) => (at(dataset, one.id).answers = [...new Set([text, line])]),
        }
      );
    case 2:
      return {
        change: { kind: 'add question', document: target.id, question: text, answers: [line], before: before?.id },
        expect: (dataset) =>
          place(dataset, [{ ...target, documentId: target.id, question: text, answers: [line], split: like() }]),
      };
    case 3: {
      const ids = [...new Set([some(documents).id, one?.id ?? target.id])];
      const isGone = ({ id, ...rest }: Document | Question) =>
        ids.includes(id) || ('documentId' in rest && ids.includes(rest.documentId));
      return {
        change: { kind: 'delete', ids },
        expect: (dataset) =>
          Object.assign(dataset, {
            documents: dataset.documents.filter((item) => !isGone(item)),
            questions: dataset.questions.filter((item) => !isGone(item)),
          }),
      };
    }
    case 4: {
      if (!one || one === before || own.every((each) => each === one)) return undefined;
      const split = before?.split ?? own.findLast((each) => each !== one)?.split ?? target.split;
      return {
        change: { kind: 'move questions', ids: [one.id], document: target.id, before: before?.id },
        expect: (dataset) => {
          const moved = at(dataset, one.id);
          dataset.questions.splice(dataset.questions.indexOf(moved), 1);
          place(dataset, [{ ...moved, documentId: target.id, split }]);
        },
      };
    }
    case 5: {
      const beside = some(documents);
      if (beside === target) return undefined;
      return {
        change: { kind: 'move documents', ids: [target.id], split: beside.split, before: beside.id },
        expect: (dataset) => {
          const moved = dataset.documents.find(({ id }) => id === target.id)!;
          const old = moved.split;
          dataset.documents.splice(dataset.documents.indexOf(moved), 1);
          dataset.documents.splice(
            dataset.documents.findIndex(({ id }) => id === beside.id),
            0,
            { ...moved, split: beside.split },
          );
          for (const question of dataset.questions)
            if (question.documentId === target.id && question.split === old) question.split = beside.split;
        },
      };
    }
    default:
      return {
        change: { kind: 'change document', id: target.id, title: line },
        expect: (dataset) => (dataset.documents.find(({ id }) => id === target.id)!.title = line),
      };
  }
}

describe('any edit of any dataset', () => {
  for (const { name, write } of forms)
    it(`is read again as it was meant from ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          anyDataset,
          fc.infiniteStream(fc.nat()),
          anyText,
          oneLine.filter((line) => line.replaceAll('\r', '').trim() !== ''),
          async (dataset, stream, text, line) => {
            const pick = (count: number) => stream.next().value! % count;
            const files = write(dataset);
            let expected: Dataset | undefined;
            const outcome = await edited(files, (loaded) => {
              const found = anyCase(loaded, pick, text.replaceAll('\r\n', '\n'), line.replaceAll('\r', ''));
              if (!found) return { kind: 'delete', ids: [] };
              expected = structuredClone(loaded.dataset);
              found.expect(expected);
              return found.change;
            });
            if (!expected) return;
            assert.deepEqual(meaning(outcome.after.dataset), meaning(expected));
            for (const edit of outcome.edits) {
              if (edit.kind !== 'change') continue;
              const file = Object.keys(files).find((one) => edit.file.endsWith(one))!;
              const changed = applyEdits(files[file], edit.edits);
              assert.equal(applyEdits(changed, inverseOf(files[file], edit.edits)), files[file]);
            }
          },
        ),
        { numRuns: 150 },
      );
    });
});
