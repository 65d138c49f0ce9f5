/**
 * Formatting of `.qa` texts (docs/qa-format.md): one space behind every mark, aligned continuations, one blank line
 * before each question and heading. A dataset reads the same before and after; lines that are faults stay as they are.
 */
import { type QaLineKind, QaParser } from './formats/qa-syntax';

interface Line {
  text: string;
  kind: QaLineKind;
}

/** The text as it should be written, with the line end it has first. Formatting it again changes nothing. */
export function prettyQa(text: string): string {
  const out: string[] = [];
  let before: Line | undefined;
  let gap: Line[] = [];
  for (const line of classify(text)) {
    if (line.kind === 'blank' || line.kind === 'comment') gap.push(line);
    else {
      out.push(...prettyGap(gap, before, line), prettyLine(line));
      before = line;
      gap = [];
    }
  }
  out.push(...prettyGap(gap, before, undefined));
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n';
  return (text.startsWith('\uFEFF') ? '\uFEFF' : '') + out.map((line) => line + lineEnd).join('');
}

function classify(text: string): Line[] {
  const parser = new QaParser(() => {});
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => ({ text: line, kind: parser.take(line, index + 1) }));
}

function prettyLine({ text, kind }: Line): string {
  if (kind === 'text' || kind === 'fault') return text;
  if (kind === 'blank' || kind === 'comment') return text.trimEnd();
  if (kind === 'continuation') return `   ${text.trim()}`;
  const [mark] = kind === 'heading' ? '#' : /^[^:]*:/.exec(text)!;
  return `${mark} ${text.slice(mark.length).trim()}`.trimEnd();
}

/** What stands between two lines: comments stay, blank lines become as many as the two lines want. */
function prettyGap(gap: readonly Line[], before: Line | undefined, after: Line | undefined): string[] {
  const lines = gap.map(prettyLine);
  const relation = relate(before, after);
  if (relation === 'untouched') return lines;
  if (relation === 'joined') return lines.filter((line) => line !== '');
  const single = lines.filter((line, index) => line !== '' || lines[index - 1] !== '');
  if (!before && single[0] === '') single.shift();
  if (!after && single.at(-1) === '') single.pop();
  return before && after && !single.includes('') ? ['', ...single] : single;
}

/** Blank lines within a text are part of it, and beside a fault they may be its cause. */
function relate(before: Line | undefined, after: Line | undefined): 'untouched' | 'joined' | 'apart' {
  if (!after) return 'apart';
  if (before?.kind === 'fault' || after.kind === 'fault') return 'untouched';
  if (before?.kind === 'text' && after.kind === 'text') return 'untouched';
  const apart = !before || after.kind === 'question' || after.kind === 'heading' || after.kind === 'text';
  return apart ? 'apart' : 'joined';
}
