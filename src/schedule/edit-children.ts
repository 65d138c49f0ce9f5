/**
 * Rewrites what an array or object of JSON with comments holds: reorders, removes, adds and replaces its children.
 * A child takes its own comments along (those above it, and one behind it on its line); all others stay, and so does
 * the layout. Knows nothing of experiments.
 */
import type { Node } from 'jsonc-parser';
import { type TextEdit, replaced } from '../dataset/edit/text';
import { longestRising } from './rising';

/** A child that is there, by its ordinal; the same with another text in its place; or the text of a new one. */
export type Wanted = number | { child: number; text: string } | { text: string };

/** A child with what stands around it. The whole text of a list is `head`, its pieces, and `foot`. */
interface Piece {
  /** White space before it; belongs to the place, not to the child. */
  blank: string;
  /** Its comments above, with the white space up to the value. */
  comments: string;
  value: string;
  /** Between the value and its comma. */
  beforeComma: string;
  /** The comment behind it, on the same line. */
  tail: string;
  start: number;
  end: number;
}

interface Pieces {
  list: Piece[];
  /** The comment behind the opening bracket, on the same line. */
  head: string;
  trailingComma: boolean;
  /** Where the first piece begins and the last one ends. */
  start: number;
  end: number;
}

/** Edits after which the array or object holds what is wanted, in that order; each child at most once. */
export function rewriteChildren(text: string, parent: Node, wanted: readonly Wanted[]): TextEdit[] {
  const pieces = takeApart(text, parent);
  const written = writeAll(pieces, wanted, new Layout(text, parent, pieces.list));
  const kept = longestRising(wanted.map((one) => ordinalOf(one) ?? -1));
  const edits: TextEdit[] = [];
  let position = pieces.start;
  let added = '';
  const flush = (end: number) => {
    edits.push(...replaced(text, position, end, added));
    added = '';
  };
  wanted.forEach((one, place) => {
    if (!kept.has(place)) return void (added += written.parts[place]);
    const { start, end } = pieces.list[ordinalOf(one)!];
    flush(start);
    edits.push(...replaced(text, start, end, written.parts[place]));
    position = end;
  });
  flush(pieces.end);
  return [...edits, ...replaced(text, pieces.end, pieces.end, written.foot)];
}

function ordinalOf(one: Wanted): number | undefined {
  if (typeof one === 'number') return one;
  return 'child' in one ? one.child : undefined;
}

/** Each child in its new place, and what must come before the closing bracket. */
function writeAll({ list, head, trailingComma }: Pieces, wanted: readonly Wanted[], layout: Layout) {
  let open = endsOpen(head);
  const parts = wanted.map((one, place) => {
    const ordinal = ordinalOf(one);
    const piece = ordinal === undefined ? undefined : list[ordinal];
    const value = typeof one === 'number' ? list[one].value : one.text;
    const comma = place < wanted.length - 1 || (trailingComma && list.length > 0) ? ',' : '';
    const blank = layout.blank(place, open);
    open = endsOpen(piece?.tail ?? '');
    const { comments = '', beforeComma = '', tail = '' } = piece ?? {};
    return blank + comments + value + beforeComma + comma + tail;
  });
  return { parts, foot: layout.foot(open, wanted.length) };
}

/** Whether only a line break ends the comment. */
function endsOpen(tail: string): boolean {
  return tail.trimStart().startsWith('//') || /\*\/[ \t]*\/\//.test(tail);
}

/** White space where children come to stand. */
class Layout {
  private readonly line: string;
  private readonly closing: string;
  private readonly unit: string;

  constructor(
    text: string,
    private readonly parent: Node,
    private readonly list: readonly Piece[],
  ) {
    const { eol, unit } = layoutOf(text);
    this.unit = unit;
    this.line = eol + indentAt(text, parent.offset);
    const last = list[list.length - 1];
    this.closing = text.slice(last?.end ?? parent.offset + 1, parent.offset + parent.length - 1);
  }

  /** Before the child of a place. @param open whether a line comment stands right before it */
  blank(place: number, open: boolean): string {
    const own = place < this.list.length ? this.list[place].blank : this.further(place);
    return open && !/[\r\n]/.test(own) ? this.line + this.unit : own;
  }

  foot(open: boolean, count: number): string {
    if (open && !/[\r\n]/.test(this.closing)) return this.line;
    return this.list.length === 0 && count > 0 && this.parent.type === 'object' && this.closing === '' ? ' ' : '';
  }

  private further(place: number): string {
    const last = this.list[this.list.length - 1];
    if (!last) return place > 0 || this.parent.type === 'object' ? ' ' : '';
    if (/[\r\n]/.test(last.blank) || this.list.length > 1) return last.blank.replace(/^(\r?\n)[\s]*(\r?\n)/, '$2');
    return ' ';
  }
}

/** Line break and indentation that a text uses. */
export function layoutOf(text: string): { eol: string; unit: string } {
  const unit = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return { eol: text.includes('\r\n') ? '\r\n' : '\n', unit: unit.startsWith('\t') ? '\t' : unit };
}

/** White space that the line of an offset begins with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0];
}

function takeApart(text: string, parent: Node): Pieces {
  const children = parent.children ?? [];
  const close = parent.offset + parent.length - 1;
  const start = tailEnd(text, parent.offset + 1, children[0]?.offset ?? close, children.length === 0);
  const head = text.slice(parent.offset + 1, start);
  const pieces: Pieces = { list: [], head, trailingComma: false, start, end: start };
  children.forEach((child, ordinal) => {
    const next = children[ordinal + 1]?.offset ?? close;
    const isLast = ordinal === children.length - 1;
    const after = child.offset + child.length;
    const comma = commaIn(text, after, next);
    const end = tailEnd(text, comma === undefined ? after : comma + 1, next, isLast);
    const lead = text.slice(pieces.end, child.offset);
    const blank = /^\s*/.exec(lead)![0];
    pieces.list.push({
      blank,
      comments: lead.slice(blank.length),
      value: text.slice(child.offset, after),
      beforeComma: comma === undefined ? '' : text.slice(after, comma),
      tail: text.slice(comma === undefined ? after : comma + 1, end),
      start: pieces.end,
      end,
    });
    pieces.end = end;
    if (isLast) pieces.trailingComma = comma !== undefined;
  });
  return pieces;
}

/** What can stand between two children. */
const between = /(?<comma>,)|(?<break>\r\n|\r|\n)|(?<comment>\/\/[^\r\n]*|\/\*[^]*?\*\/)|[^]/g;

function commaIn(text: string, start: number, end: number): number | undefined {
  for (const { index, groups } of text.slice(start, end).matchAll(between)) if (groups?.comma) return start + index;
  return undefined;
}

/** Where a comment ends that begins on the line of `start` and has nothing but white space behind it, else `start`. */
function tailEnd(text: string, start: number, limit: number, isLast: boolean): number {
  let end = start;
  for (const { index, groups } of text.slice(start, limit).matchAll(between)) {
    if (groups?.break) return end;
    if (groups?.comment) end = start + index + groups.comment.length;
  }
  return isLast ? end : start;
}
