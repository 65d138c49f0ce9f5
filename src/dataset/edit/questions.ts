/** Where the questions of a document stand, and how they get to another place. */
import path from 'node:path';
import { eachInPortions } from '../../portions';
import type { Catalog } from '../catalog';
import { asksInWiki } from '../formats/wiki';
import { groups } from '../group';
import type { Document, Question } from '../model';
import { type InputFile, stemOf } from '../source';
import type { Beside, QuestionDraft, Sheet } from './sheet';
import type { Sheets } from './sheets';

interface QuestionPlace extends Beside<Question> {
  sheet: Sheet;
  split: string;
}

/** @param going questions that are about to leave their places */
export async function placeFor(
  document: Document,
  {
    catalog,
    sheets,
    going,
    before,
  }: { catalog: Catalog; sheets: Sheets; going: ReadonlySet<Question>; before?: Question },
): Promise<QuestionPlace> {
  const all = catalog.questionsOf(document.id);
  const next = before && all.slice(all.indexOf(before)).find((one) => !going.has(one));
  if (next) return { sheet: await sheets.of(next.source.file), before: next, split: next.split };
  const last = all.findLast((one) => !going.has(one));
  if (last) return { sheet: await sheets.of(last.source.file), after: last, split: last.split };
  return { sheet: await homeOf(document.source.file, sheets), split: document.split };
}

/** The sheet for the first question of a document of a file. */
export function homeOf(file: string, sheets: Sheets): Promise<Sheet> {
  const { format } = sheets.input(file);
  const folder = path.dirname(file);
  if (format === 'text') return sheets.ofMaybe(path.join(folder, `${stemOf(file)}.qa`), 'qa');
  return isDocumentsFile(sheets.input(file)) ? sheets.ofMaybe(path.join(folder, 'qa.jsonl'), 'wiki') : sheets.of(file);
}

/** Whether questions can't be in the file, but are beside it. */
export function isDocumentsFile(file: InputFile): boolean {
  return file.format === 'wiki' && !asksInWiki(file.name, () => true);
}

export async function takeOut(questions: readonly Question[], split: string, sheets: Sheets): Promise<QuestionDraft[]> {
  const drafts: QuestionDraft[] = [];
  const byFile = groups(questions, ({ source }) => source.file);
  const opened = new Map<string, Sheet>();
  for (const file of byFile.keys()) opened.set(file, await sheets.of(file));
  await eachInPortions(questions, (question) => {
    const raw = opened.get(question.source.file)!.carry(question);
    drafts.push({ ...question, id: ownId(question), split, raw });
  });
  for (const [file, group] of byFile) opened.get(file)!.remove([], group);
  return drafts;
}

/** The id that a file names; those made of the document's id and a number are not. */
function ownId({ id, documentId }: Question): string | undefined {
  const isMade = id.startsWith(`${documentId}?`) && /^\d+$/.test(id.slice(documentId.length + 1));
  return isMade ? undefined : id;
}
