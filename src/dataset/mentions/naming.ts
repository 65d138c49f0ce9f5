/** What a file says of ids, whatever its format. Large files are read only at the rows that are asked for. */
import { isReadOnly } from '../edit/read-only';
import { stemOf } from '../source';
import type { RowFile } from './columns';
import { CsvNaming } from './csv';
import { mentionInText } from './front-matter';
import { namingInRow } from './jsonl';
import type { Naming } from './mention';
import { namingInQa } from './qa';

/**
 * @param text of the file, without a byte order mark
 * @param lines numbers (from 1) of the rows to look at in a file of rows
 */
export function namingIn(text: string, file: RowFile, lines: Iterable<number>): Naming {
  if (file.format === 'qa') return namingInQa(text, stemOf(file.name));
  if (file.format === 'text') return { mentions: mentionInText(text, stemOf(file.name)), questionIds: [] };
  if (file.format === 'squad' || isReadOnly({ path: file.name })) return { mentions: [], questionIds: [] };
  const csv = /\.[ct]sv$/i.test(file.name) ? new CsvNaming(text, file) : undefined;
  const rows = startsOf(text, lines).map(({ line, offset }) =>
    csv ? csv.rowAt(line, offset) : namingInRow(lineAt(text, offset), line, file),
  );
  return {
    mentions: rows.flatMap(({ mentions }) => mentions),
    questionIds: rows.flatMap(({ questionIds }) => questionIds),
  };
}

/** Where lines begin; their numbers count from 1 in and from 0 out. */
function startsOf(text: string, lines: Iterable<number>): { line: number; offset: number }[] {
  const starts: { line: number; offset: number }[] = [];
  let offset = 0;
  let line = 0;
  for (const wanted of [...new Set(lines)].sort((a, b) => a - b)) {
    for (; line < wanted - 1 && offset >= 0; line++) offset = text.indexOf('\n', offset) + 1 || -1;
    if (offset < 0) break;
    starts.push({ line, offset });
  }
  return starts;
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset);
  return text.slice(offset, end < 0 ? text.length : end).replace(/\r$/, '');
}
