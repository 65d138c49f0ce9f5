/** Edits of a text as values: applied, and cut down to what they change. */
import type { Edit } from 'jsonc-parser';

/** One edit for a range that is to read differently, without what it begins and ends with anyway; none if nothing. */
export function replaced(text: string, start: number, end: number, content: string): Edit[] {
  let from = 0;
  const most = Math.min(end - start, content.length);
  while (from < most && text[start + from] === content[from]) from++;
  let back = 0;
  while (back < most - from && text[end - 1 - back] === content[content.length - 1 - back]) back++;
  const edit = {
    offset: start + from,
    length: end - start - from - back,
    content: content.slice(from, content.length - back),
  };
  return edit.length === 0 && edit.content === '' ? [] : [edit];
}

/** The text after edits that do not overlap, in any order; those at one place in the order given. */
export function applied(text: string, edits: readonly Edit[]): string {
  let result = '';
  let position = 0;
  for (const { offset, length, content } of [...edits].sort((a, b) => a.offset - b.offset)) {
    result += text.slice(position, offset) + content;
    position = offset + length;
  }
  return result + text.slice(position);
}
