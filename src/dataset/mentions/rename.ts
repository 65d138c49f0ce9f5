/**
 * Giving a document another id everywhere: where the document is, where questions name it, and with it the ids that
 * questions get from it. Pure but for the reading of texts, so that an editor can hand over what it holds unsaved.
 */
import { UserError } from '../../errors';
import type { Catalog } from '../catalog';
import { isReadOnly } from '../edit/read-only';
import { groups } from '../group';
import { ordinalId } from '../ids';
import type { Document, Problem } from '../model';
import type { InputFile } from '../source';
import type { Naming, Span } from './mention';
import { namingIn } from './naming';

export interface FileEdit {
  file: string;
  span: Span;
  text: string;
}

export interface Renaming {
  edits: FileEdit[];
  /** Old to new ids: that of the document and those that its questions get from it. */
  ids: Map<string, string>;
}

/** Where to look for an id. */
interface Searched {
  catalog: Catalog;
  problems: readonly Problem[];
  files: readonly InputFile[];
  /** The text of a file, without a byte order mark. */
  read: (file: string) => Promise<string>;
}

/** @throws UserError where the id is taken, or is not written anywhere. */
export async function renameDocument(document: Document, to: string, searched: Searched): Promise<Renaming> {
  const { catalog } = searched;
  checkId(document, to, catalog);
  checkEditable(document, catalog);
  const lines = linesNaming(document, searched);
  const namings: { file: string; naming: Naming }[] = [];
  for (const file of searched.files) {
    const rows = lines.get(file.path) ?? [];
    if (rows.length === 0 && file.format !== 'qa') continue;
    namings.push({ file: file.path, naming: namingIn(await searched.read(file.path), file, rows) });
  }
  const edits = namings.flatMap(({ file, naming }) => editsIn(file, naming, document.id, to));
  checkWritten(document, namings);
  const ids = new Map([[document.id, to], ...ordinals(document, to, catalog, namings)]);
  checkQuestionIds(ids, catalog);
  return { edits, ids };
}

function checkId({ id, title }: Document, to: string, catalog: Catalog): void {
  if (to.trim() === '' || /[\r\n]/.test(to)) throw new UserError('An id is one line and not empty.');
  if (to !== id && (catalog.document(to) || catalog.question(to))) throw new UserError(`The id "${to}" is taken.`);
  if (to !== title && catalog.titled(to).length > 0)
    throw new UserError(`Another document has the title "${to}"; what names it by its title would change sides.`);
}

/** Parquet files are no texts. */
function checkEditable(document: Document, catalog: Catalog): void {
  const sources = [document, ...catalog.questionsOf(document.id)].map(({ source }) => source.file);
  const binary = sources.find((file) => isReadOnly({ path: file }));
  if (binary) throw new UserError(`The id "${document.id}" is in ${binary}, which cannot be edited.`);
}

/** Rows that name the document, and rows that are left out for a problem and may name it too. */
function linesNaming(document: Document, { catalog, problems }: Searched): Map<string, number[]> {
  const records = [document, ...catalog.questionsOf(document.id)].map(({ source }) => source);
  const byFile = groups([...records, ...problems], ({ file }) => file);
  return new Map([...byFile].map(([file, places]) => [file, places.map(({ line }) => line)]));
}

function editsIn(file: string, { mentions }: Naming, from: string, to: string): FileEdit[] {
  return mentions.flatMap(({ name, span, rewrite }) =>
    name === from && rewrite ? [{ file, span, text: rewrite(to) }] : [],
  );
}

function checkWritten({ id, source }: Document, namings: readonly { file: string; naming: Naming }[]): void {
  const written = namings.some(
    ({ file, naming }) =>
      file === source.file && naming.mentions.some(({ name, role }) => name === id && role === 'document'),
  );
  if (!written)
    throw new UserError(`The id "${id}" is not written in ${source.file}, but made from what stands around it.`);
}

/** The new ids of questions that have the document's id and a number, and do not say so themselves. */
function ordinals(
  { id }: Document,
  to: string,
  catalog: Catalog,
  namings: readonly { naming: Naming }[],
): [string, string][] {
  const own = new Set(namings.flatMap(({ naming }) => naming.questionIds));
  const made = catalog.questionsOf(id).filter((question) => !own.has(question.id));
  return made.map((question) => [question.id, ordinalId(to, Number(question.id.slice(id.length + 1)))]);
}

function checkQuestionIds(ids: ReadonlyMap<string, string>, catalog: Catalog): void {
  for (const id of ids.values())
    if (!ids.has(id) && (catalog.question(id) || catalog.document(id)))
      throw new UserError(`The id "${id}" is taken, and a question of the document would get it.`);
}
