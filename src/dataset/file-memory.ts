/** What each file gave when it was read last, so that of many files only those that have changed are read again. */
import { Findings } from './problem';
import type { InputFile } from './source';

export class FileMemory {
  private readonly kept = new Map<string, { sha256: string; found: Findings }>();

  /** What a file gives, by itself: read only if neither its content nor what its source says of it is as it was. */
  async of(file: InputFile, sha256: string, read: () => Promise<Findings>): Promise<Findings> {
    const key = JSON.stringify({ ...file, text: undefined });
    const known = this.kept.get(key);
    if (known?.sha256 === sha256) return copyOf(known.found);
    const found = await read();
    this.kept.set(key, { sha256, found });
    return copyOf(found);
  }
}

/** Records get their ids and splits when the whole is settled, and other ones when another file changes. */
function copyOf({ documents, questions, problems }: Findings): Findings {
  const copy = new Findings();
  for (const document of documents) copy.documents.push({ ...document });
  for (const question of questions) copy.questions.push({ ...question });
  for (const problem of problems) copy.problems.push(problem);
  return copy;
}
