/** Which column of a row names its document, in the Wiki2023 layout or with the columns that a source gives. */
import { asksInWiki } from '../formats/wiki';
import { layoutOf } from '../rows';
import type { InputFile } from '../source';
import type { Mention } from './mention';

/** What must be known of a file to tell what its rows are. */
export type RowFile = Pick<InputFile, 'name' | 'format' | 'columns'>;

interface NamingColumns {
  document: string;
  role: Mention['role'];
  /** The column with the question's own id. */
  question?: string;
}

/** @param has whether the row has a value in a column */
export function namingColumns(has: (column: string) => boolean, file: RowFile): NamingColumns {
  const wiki = file.format === 'wiki';
  const layout = layoutOf(wiki ? { document: 'wiki_id' } : file.columns);
  const asks = wiki ? asksInWiki(file.name, has) : [layout.question, layout.answer, layout.answers].some(has);
  if (!asks) return { document: wiki ? layout.document : layout.id, role: 'document' };
  const role = !wiki && has(layout.text) ? 'document' : 'questions';
  return { document: layout.document, role, question: layout.id };
}
