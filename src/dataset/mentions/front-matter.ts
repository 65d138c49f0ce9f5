/** The id of a Markdown or text file: in its front matter, or none but the file's name. */
import { LineMap } from '../formats/line-map';
import { bodyStart, fieldIn, fieldLine, fieldText } from '../formats/text';
import { type Mention, spanOn } from './mention';

/** @param stem the file's name without its ending; nothing is found in front matter that is not valid */
export function mentionInText(text: string, stem: string): Mention[] {
  const lines = text.split(/\r?\n/);
  const start = bodyStart(lines);
  if (start === 0) return [unwritten(stem, 0, (id) => `---\n${fieldLine('', 'id', id)}\n---\n\n`)];
  const source = lines.slice(1, start - 1).join('\n');
  const field = fieldIn(source, 'id');
  if (field === 'none') return [unwritten(stem, 1, (id) => `${fieldLine(source, 'id', id)}\n`)];
  if (field === undefined) return [];
  const map = new LineMap(source);
  const [from, to] = [map.place(field.start), map.place(field.end)];
  // The front matter begins one line below the file.
  const span = { start: { line: from.line, column: from.column - 1 }, end: { line: to.line, column: to.column - 1 } };
  return [{ name: field.value, role: 'document', span, rewrite: (id) => fieldText(id, field.isFlow) }];
}

function unwritten(name: string, line: number, rewrite: (id: string) => string): Mention {
  return { name, role: 'document', span: spanOn(line, 0, 0), rewrite };
}
