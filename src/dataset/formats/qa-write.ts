/** Writing the `.qa` format. Reading the file gives the same dataset back, its questions grouped by document. */
import { writeFile } from 'node:fs/promises';
import { UserError } from '../../errors';
import { groups } from '../group';
import { ordinalIds } from '../ids';
import type { Dataset, Document, Question } from '../model';
import { escapeLine, type QaField } from './qa-syntax';

type Fields = Partial<Record<QaField, string>>;

export async function writeQa(file: string, dataset: Dataset): Promise<void> {
  await writeFile(file, formatQa(dataset));
}

/** A heading with what follows it. `place` is the split and domain of the heading. */
interface Block {
  name: string;
  id: string;
  place: Fields;
  text?: string;
  questions: readonly Question[];
}

/** The dataset as one `.qa` text. Throws where an id, title, split or domain spans several lines. */
export function formatQa({ documents, questions }: Dataset): string {
  const shared = sharedFields([...documents, ...questions]);
  const byDocument = groups(questions, ({ documentId }) => documentId);
  const given = ordinalIds(questions);
  const known = new Set(documents.map((document) => document.id));
  const strangers = [...byDocument].filter(([id]) => !known.has(id));
  const blocks: Block[] = [
    ...documents.map(({ id, title, text, ...place }) => ({
      name: title,
      id,
      place,
      text,
      questions: byDocument.get(id) ?? [],
    })),
    ...strangers.map(([id, own]) => ({ name: id, id, place: own[0], questions: own })),
  ];
  const head = attributeLines(shared).map((line) => `${line}\n`);
  const parts = [head.join(''), ...blocks.map((block) => formatBlock(block, shared, given))];
  return parts.filter((part) => part !== '').join('\n');
}

function formatBlock(
  { name, id, place, text, questions }: Block,
  shared: Fields,
  given: Map<Question, string>,
): string {
  const lines = [`# ${oneLine(name, 'title')}`];
  lines.push(...attributeLines({ ...(id === name ? {} : { id }), ...differing(place, shared) }));
  if (text !== undefined) lines.push('', ...textLines(text));
  for (const question of questions) {
    const own = given.get(question) === question.id ? {} : { id: question.id };
    lines.push('', ...valueLines('Q', question.question));
    lines.push(...attributeLines({ ...own, ...differing(question, place) }));
    for (const answer of question.answers) lines.push(...valueLines('A', answer));
  }
  return `${lines.join('\n')}\n`;
}

/** The split and domain that everything has. */
function sharedFields(items: readonly (Document | Question)[]): Fields {
  const [first] = items;
  const shared: Fields = {};
  for (const field of ['split', 'domain'] as const)
    if (first?.[field] !== undefined && items.every((item) => item[field] === first[field]))
      shared[field] = first[field];
  return shared;
}

/** The split and domain that are not those of the surroundings. */
function differing(fields: Fields, around: Fields): Fields {
  const { split, domain } = fields;
  return {
    ...(split === around.split ? {} : { split }),
    ...(domain === around.domain ? {} : { domain }),
  };
}

/** A line for each field that has a value. */
export function attributeLines(fields: Fields): string[] {
  return (Object.entries(fields) as [QaField, string | undefined][])
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field}: ${oneLine(value ?? '', field)}`);
}

function oneLine(value: string, field: QaField): string {
  if (value.includes('\n')) throw new UserError(`The ${field} ${JSON.stringify(value)} spans several lines.`);
  return escapeLine(value);
}

/** Blank lines within a text stay as they are; at its ends they would be lost. */
export function textLines(text: string): string[] {
  const lines = text.split('\n');
  return lines.map((line, index) =>
    line === '' && index > 0 && index < lines.length - 1 ? '' : escapeLine(line, true),
  );
}

/** A question or answer; what its value has beyond one line is indented. */
export function valueLines(mark: 'Q' | 'A', value: string): string[] {
  return value.split('\n').map((line, index) => `${index === 0 ? `${mark}:` : '  '} ${escapeLine(line)}`);
}
