/** Writing the `.qa` format. Reading the file gives the same dataset back, its questions grouped by document. */
import { writeFile } from 'node:fs/promises';
import { UserError } from '../../errors';
import { ordinalIds } from '../ids';
import type { Dataset, Document, Question } from '../model';
import { escapeLine, type QaField } from './qa-syntax';

type Fields = Partial<Record<QaField, string>>;

export async function writeQa(file: string, dataset: Dataset): Promise<void> {
  await writeFile(file, formatQa(dataset));
}

/** The dataset as one `.qa` text. Throws where an id, title, split or domain spans several lines. */
export function formatQa({ documents, questions }: Dataset): string {
  const shared = sharedFields([...documents, ...questions]);
  const ofDocument = groupByDocument(questions);
  const given = ordinalIds([...ofDocument.values()].flat());
  const blocks = documents.map((document) => {
    const own = ofDocument.get(document.id) ?? [];
    ofDocument.delete(document.id);
    return formatBlock(document.title, document.id, document, document.text, own);
  });
  const strangers = [...ofDocument].map(([id, own]) => formatBlock(id, id, own[0], undefined, own));
  const head = attributeLines(shared).map((line) => `${line}\n`);
  return [head.join(''), ...blocks, ...strangers].filter((part) => part !== '').join('\n');

  function formatBlock(name: string, id: string, place: Fields, text: string | undefined, own: Question[]): string {
    const lines = [`# ${oneLine(name, 'title')}`];
    lines.push(...attributeLines({ ...(id === name ? {} : { id }), ...differing(place, shared) }));
    if (text !== undefined) lines.push('', ...textLines(text));
    for (const question of own) {
      const fields = {
        ...(given.get(question) === question.id ? {} : { id: question.id }),
        ...differing(question, place),
      };
      lines.push('', ...valueLines('Q', question.question), ...attributeLines(fields));
      for (const answer of question.answers) lines.push(...valueLines('A', answer));
    }
    return `${lines.join('\n')}\n`;
  }
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

function groupByDocument(questions: readonly Question[]): Map<string, Question[]> {
  const groups = new Map<string, Question[]>();
  for (const question of questions) {
    const group = groups.get(question.documentId);
    if (group) group.push(question);
    else groups.set(question.documentId, [question]);
  }
  return groups;
}

function attributeLines(fields: Fields): string[] {
  return (Object.entries(fields) as [QaField, string | undefined][])
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field}: ${oneLine(value ?? '', field)}`);
}

function oneLine(value: string, field: QaField): string {
  if (value.includes('\n')) throw new UserError(`The ${field} ${JSON.stringify(value)} spans several lines.`);
  return escapeLine(value);
}

/** Blank lines within a text stay as they are; at its ends they would be lost. */
function textLines(text: string): string[] {
  const lines = text.split('\n');
  return lines.map((line, index) =>
    line === '' && index > 0 && index < lines.length - 1 ? '' : escapeLine(line, true),
  );
}

function valueLines(mark: 'Q' | 'A', value: string): string[] {
  return value.split('\n').map((line, index) => `${index === 0 ? `${mark}:` : '  '} ${escapeLine(line)}`);
}
