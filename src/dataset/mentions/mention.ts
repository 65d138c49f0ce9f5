/** A place in a file that names a document, so that an editor can go there, explain it, or write another id. */

/** Lines and columns count from 0 here, as editors count them. */
export interface Position {
  line: number;
  column: number;
}

export interface Span {
  start: Position;
  end: Position;
}

export interface Mention {
  /** What the place says: an id or a title; where it says nothing, the name that the file or row gives. */
  name: string;
  /** Whether the document itself is here, or questions about it. */
  role: 'document' | 'questions';
  /** Empty where nothing is written. */
  span: Span;
  /** The mark of a question, which stands for the document and does not name it. */
  mark?: true;
  /** What to write over the span to name another id; missing where another place says the id. */
  rewrite?: (id: string) => string;
}

/** What a file says of ids. */
export interface Naming {
  mentions: Mention[];
  /** Ids that questions have by themselves, not made from that of their document. */
  questionIds: string[];
}

export function spanOn(line: number, column: number, endColumn: number): Span {
  return { start: { line, column }, end: { line, column: endColumn } };
}

/** Whether a position touches a span that holds something. */
export function touches({ start, end }: Span, { line, column }: Position): boolean {
  const after = line > start.line || (line === start.line && column >= start.column);
  const before = line < end.line || (line === end.line && column <= end.column);
  return after && before && (start.line !== end.line || start.column !== end.column);
}
