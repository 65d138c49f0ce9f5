/**
 * What can only be seen across files: ids that clash, questions without a document, questions asked twice or in two
 * splits. Questions get their id, split and domain here, since these may come from a document in another file.
 */
import { ordinalId } from './ids';
import type { Dataset, Document, Question, Source } from './model';
import type { Findings } from './problem';

const defaultSplit = 'train';

/** The consistent part of the findings; whatever is left out has become a problem. */
export function settle(findings: Findings): Dataset {
  const taken = new Map<string, Source>();
  const documents = findings.documents.filter((document) => claim(document, taken, findings, 'id'));
  for (const document of documents) document.split ||= defaultSplit;
  const groups = groupByDocument(documents, findings);
  const questions = findings.questions.filter((question) => settleQuestion(question, groups, findings));
  const settled = questions.filter((question) => claim(question, taken, findings));
  warnOfLeaks(settled, findings);
  return { documents, questions: settled };
}

function placeOf(source: Source, field?: string) {
  return { ...source, ...(field === undefined ? {} : { field }) };
}

function where(source: Source): string {
  return `${source.file}:${source.line}`;
}

function claim(item: Document | Question, taken: Map<string, Source>, findings: Findings, field?: string): boolean {
  const first = taken.get(item.id);
  if (first) findings.error(placeOf(item.source, field), `The id "${item.id}" is taken at ${where(first)}.`);
  else taken.set(item.id, item.source);
  return !first;
}

interface Group {
  document: Document;
  /** How many questions it has so far, and where each is asked first. */
  count: number;
  asked: Map<string, Source>;
}

interface Groups {
  byId: Map<string, Group>;
  /** Under each title its documents' ids. */
  byTitle: () => Map<string, string[]>;
}

function groupByDocument(documents: Document[], findings: Findings): Groups {
  const byId = new Map<string, Group>();
  const groups = documents.map((document) => ({ document, count: 0, asked: new Map<string, Source>() }));
  for (const group of groups) byId.set(group.document.id, group);
  let titles: Map<string, string[]> | undefined;
  return { byId, byTitle: () => (titles ??= idsByTitle(findings.documents)) };
}

function idsByTitle(documents: Document[]): Map<string, string[]> {
  const titles = new Map<string, string[]>();
  for (const { id, title } of documents) {
    const ids = titles.get(title);
    if (!ids) titles.set(title, [id]);
    else if (!ids.includes(id)) ids.push(id);
  }
  return titles;
}

/** Ties a question to its document, named by id or by a title that only one document has. */
function settleQuestion(question: Question, groups: Groups, findings: Findings): boolean {
  const group = groups.byId.get(question.documentId) ?? groupByTitle(question, groups, findings);
  if (!group) return false;
  question.documentId = group.document.id;
  question.id ||= ordinalId(group.document.id, ++group.count);
  question.split ||= group.document.split;
  if (question.domain === undefined && group.document.domain !== undefined) question.domain = group.document.domain;
  const first = group.asked.get(question.question);
  if (first)
    findings.warning(
      placeOf(question.source, 'question'),
      `This question of the document is asked at ${where(first)}.`,
    );
  else group.asked.set(question.question, question.source);
  return true;
}

function groupByTitle(question: Question, groups: Groups, findings: Findings): Group | undefined {
  const { documentId, source } = question;
  const ids = groups.byTitle().get(documentId) ?? [];
  if (ids.length === 0) findings.error(placeOf(source), `No document has the id or title "${documentId}".`);
  if (ids.length > 1)
    findings.error(placeOf(source), `${ids.length} documents have the title "${documentId}"; use an id.`);
  return ids.length === 1 ? groups.byId.get(ids[0]) : undefined;
}

/** A question in two splits can be learnt in one and asked in the other. */
function warnOfLeaks(questions: readonly Question[], findings: Findings): void {
  const firsts = new Map<string, Question>();
  for (const question of questions) {
    const first = firsts.get(question.question);
    if (!first) firsts.set(question.question, question);
    else if (first.split !== question.split)
      findings.warning(
        placeOf(question.source, 'question'),
        `This question is also in the split "${first.split}", at ${where(first.source)}.`,
      );
  }
}
