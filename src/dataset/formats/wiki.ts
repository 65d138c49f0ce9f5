/**
 * The Wiki2023 layout: a folder for each split with `doc.jsonl` (`wiki_id`, `title`, `text`) and `qa.jsonl`
 * (`wiki_id`, `question`, `answer`). Beyond that a row may have `domain`, `split` and, for a question, `id` and
 * `answers`, a list of all accepted answers.
 */
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../errors';
import { makeFolder } from '../../make-folder';
import { ordinalIds } from '../ids';
import type { Dataset, Document, Question } from '../model';
import type { Findings } from '../problem';
import { documentIn, type Layout, layoutOf, questionIn, RowReader } from '../rows';
import type { InputFile } from '../source';
import { readJsonlRows } from './jsonl';

const documents: Layout = layoutOf({ id: 'wiki_id' });
const questions: Layout = layoutOf({ document: 'wiki_id' });

/** Whether a row is a question: by the file's name, or else if it has a question or an answer. */
export function asksInWiki(file: string, has: (column: string) => boolean): boolean {
  const name = path.basename(file).toLowerCase();
  return name === 'qa.jsonl' || (name !== 'doc.jsonl' && (has('question') || has('answer')));
}

export async function readWiki(file: InputFile, findings: Findings): Promise<void> {
  for await (const rows of readJsonlRows(file, findings)) {
    for (const row of rows) {
      const reader = new RowReader(row, file, findings);
      const asks = asksInWiki(file.name, (column) => reader.has(column));
      const found = asks ? questionIn(reader, questions) : documentIn(reader, documents);
      if (found && 'question' in found) findings.questions.push(found);
      else if (found) findings.documents.push(found);
    }
  }
}

/** Writes a dataset as folders, one a split, replacing the files in them. Reading them gives the same dataset back. */
export async function writeWiki(folder: string, dataset: Dataset): Promise<void> {
  const splits = [...new Set([...dataset.documents, ...dataset.questions].map((one) => one.split))].sort();
  const asRead = splits.flatMap((split) => dataset.questions.filter((question) => question.split === split));
  const given = ordinalIds(asRead);
  for (const split of splits) {
    const place = path.join(folder, folderName(split));
    await makeFolder(place);
    const ofSplit = (one: { split: string }) => one.split === split;
    await writeRows(path.join(place, 'doc.jsonl'), dataset.documents.filter(ofSplit), documentRow);
    await writeRows(path.join(place, 'qa.jsonl'), dataset.questions.filter(ofSplit), (question) =>
      questionRow(question, given.get(question)),
    );
  }
}

function folderName(split: string): string {
  if (/^[^./\\:][^/\\:]*$/.test(split)) return split;
  throw new UserError(`The split "${split}" cannot be a folder's name.`);
}

async function writeRows<T>(file: string, items: T[], row: (item: T) => object): Promise<void> {
  if (items.length === 0) return;
  const lines = function* () {
    for (const item of items) yield `${JSON.stringify(row(item))}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

function documentRow({ id, title, text, domain }: Document): object {
  return { wiki_id: plainId(id), title, text, ...(domain === undefined ? {} : { domain }) };
}

/** A question's row; its id is written only where reading would give it another one. */
function questionRow({ id, documentId, question, answers, domain }: Question, given?: string): object {
  return {
    ...(given === id ? {} : { id }),
    wiki_id: plainId(documentId),
    question,
    answer: answers[0],
    ...(answers.length > 1 ? { answers } : {}),
    ...(domain === undefined ? {} : { domain }),
  };
}

/** Whole numbers stay numbers, as in the public files. */
export function plainId(id: string): string | number {
  return /^(0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id;
}
