/** Edits of one text as values: applied, joined where they touch, and cut down to what they change. */

/** What stands from `start` to before `end` is to read as `text`. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** The text after edits that do not overlap, in any order; those at one place in the order given. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let position = 0;
  for (const edit of sorted(edits)) {
    result += text.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return result + text.slice(position);
}

/** The same edits in order, with those that touch each other made one. */
export function merged(edits: readonly TextEdit[]): TextEdit[] {
  const result: TextEdit[] = [];
  for (const edit of sorted(edits)) {
    const last = result.at(-1);
    if (!last || edit.start > last.end) result.push({ ...edit });
    else {
      last.text += edit.text;
      last.end = Math.max(last.end, edit.end);
    }
  }
  return result.filter(({ start, end, text }) => start !== end || text !== '');
}

/** The edit for a range that is to read differently, without what it begins and ends with anyway; none if nothing. */
export function replaced(text: string, start: number, end: number, content: string): TextEdit[] {
  let from = 0;
  const most = Math.min(end - start, content.length);
  while (from < most && text[start + from] === content[from]) from++;
  let back = 0;
  while (back < most - from && text[end - 1 - back] === content[content.length - 1 - back]) back++;
  const edit = { start: start + from, end: end - back, text: content.slice(from, content.length - back) };
  return edit.start === edit.end && edit.text === '' ? [] : [edit];
}

/** By place; insertions at a place come before what is replaced from there on. */
function sorted(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}
