/** Edits of whole lines: some go, some come, and whether the last one ends with a line end stays as it was. */
import { replaced, type TextEdit } from './text';

export class LineEditor {
  /** How lines end in this text. */
  readonly eol: string;
  /** Where each line begins; behind the last one, the text's end. */
  private readonly starts = [0];
  private readonly gone = new Set<number>();
  /** New lines under the number of the line that they stand before. */
  private readonly fresh = new Map<number, string[]>();
  private readonly inner: TextEdit[] = [];

  constructor(readonly text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.starts.push(at + 1);
    if (this.starts.at(-1) !== text.length) this.starts.push(text.length);
    this.eol = text[text.indexOf('\n') - 1] === '\r' ? '\r\n' : '\n';
  }

  get count(): number {
    return this.starts.length - 1;
  }

  /** Where a line begins; numbers count from 1. */
  startOf(line: number): number {
    return this.starts[line - 1];
  }

  /** Where a line ends, before its line end. */
  endOf(line: number): number {
    let end = this.starts[line];
    if (end > this.startOf(line) && this.text[end - 1] === '\n') end--;
    return end > this.startOf(line) && this.text[end - 1] === '\r' ? end - 1 : end;
  }

  /** A line without its line end; empty outside the text. */
  line(number: number): string {
    return number < 1 || number > this.count ? '' : this.text.slice(this.startOf(number), this.endOf(number));
  }

  lines(first: number, last: number): string[] {
    return Array.from({ length: last - first + 1 }, (_, index) => this.line(first + index));
  }

  remove(first: number, last: number): void {
    for (let line = first; line <= last; line++) this.gone.add(line);
  }

  isGone(line: number): boolean {
    return this.gone.has(line);
  }

  /** @param before number of the line that they come before; one more than there are for the end */
  insert(before: number, lines: readonly string[]): void {
    const there = this.fresh.get(before) ?? [];
    for (const line of lines) there.push(line);
    this.fresh.set(before, there);
  }

  /** Writes over a part of a line, or over whole lines, that stay. */
  replace(start: number, end: number, text: string): void {
    this.inner.push(...replaced(this.text, start, end, text));
  }

  /** Columns count from 0. */
  replaceIn(line: number, column: number, endColumn: number, text: string): void {
    const start = this.startOf(line);
    this.replace(start + column, start + endColumn, text);
  }

  replaceLines(first: number, last: number, text: string): void {
    this.replace(this.startOf(first), this.endOf(last), text);
  }

  edits(): TextEdit[] {
    const places = [...new Set([...this.gone, ...this.fresh.keys()])].sort((a, b) => a - b);
    const edits: TextEdit[] = [...this.inner];
    for (let at = 0; at < places.length;) {
      const first = places[at];
      let end = first;
      while (this.gone.has(end)) end++;
      const lines: string[] = [];
      for (; places[at] <= end; at++) lines.push(...(this.fresh.get(places[at]) ?? []));
      edits.push(this.exchange(first, end, lines));
    }
    return edits;
  }

  /** Lines from the first up to before `end` for others. */
  private exchange(first: number, end: number, lines: readonly string[]): TextEdit {
    const { text, eol, count } = this;
    const from = this.startOf(first);
    const isOpen = text.length > 0 && !text.endsWith('\n');
    if (end <= count || !isOpen)
      return { start: from, end: this.startOf(end), text: lines.map((line) => line + eol).join('') };
    const written = lines.join(eol);
    if (lines.length === 0) return { start: first > 1 ? this.endOf(first - 1) : 0, end: text.length, text: '' };
    return { start: from, end: text.length, text: first > count ? eol + written : written };
  }
}
