/** Collecting what readers find, good and bad, so that all problems can be told at once. */
import type { Document, Problem, Question } from './model';

/** Where a problem is. Lines and columns count from 1. */
export interface Place {
  file: string;
  line: number;
  column?: number;
  field?: string;
}

/** What the readers have found so far. A question with an empty id or split gets them when the dataset is settled. */
export class Findings {
  documents: Document[] = [];
  questions: Question[] = [];
  readonly problems: Problem[] = [];

  error(place: Place, message: string): void {
    this.tell('error', place, message);
  }

  warning(place: Place, message: string): void {
    this.tell('warning', place, message);
  }

  /** Takes over what was found elsewhere. */
  add({ documents, questions, problems }: Findings): void {
    for (const document of documents) this.documents.push(document);
    for (const question of questions) this.questions.push(question);
    for (const problem of problems) this.problems.push(problem);
  }

  private tell(severity: Problem['severity'], place: Place, message: string): void {
    const { file, line, column = 1, field } = place;
    this.problems.push({ severity, file, line, column, ...(field === undefined ? {} : { field }), message });
  }
}

/** The problem in one line: `file:line:column field: sentence`. */
export function describeProblem(problem: Problem): string {
  const { file, line, column, field, message } = problem;
  return `${file}:${line}:${column} ${field === undefined ? '' : `${field}: `}${message}`;
}

/** Orders problems as a person reads the files. */
export function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

const reasons: Record<string, string> = {
  ENOENT: 'does not exist',
  EACCES: 'cannot be read: permission is missing',
  EPERM: 'cannot be read: permission is missing',
  EISDIR: 'is a folder, not a file',
  ELOOP: 'is a link that leads back to itself',
};

/** Runs a reading function; a failure of the file system becomes a problem, and the result is then `undefined`. */
export async function guarded<T>(file: string, findings: Findings, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined || !/^E[A-Z0-9]+$/.test(code) || code.startsWith('ERR_')) throw error;
    findings.error({ file, line: 1 }, `This path ${reasons[code] ?? `cannot be read (${code})`}.`);
    return undefined;
  }
}
