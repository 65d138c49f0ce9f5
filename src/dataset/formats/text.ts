/**
 * Markdown and plain text: a file is a document. Front matter (YAML between two lines `---`) may give its id, title,
 * split and domain. The text is what follows, without the blank line after the front matter and the last line end.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, stringify } from 'yaml';
import { UserError } from '../../errors';
import { makeFolder } from '../../make-folder';
import { readAllLines } from '../lines';
import type { Document } from '../model';
import type { Findings } from '../problem';
import { isBlank } from '../rows';
import { type InputFile, stemOf } from '../source';

type Field = 'id' | 'title' | 'split' | 'domain';
type FrontMatter = Partial<Record<Field, string>>;
const fields: readonly Field[] = ['id', 'title', 'split', 'domain'];

export async function readText(file: InputFile, findings: Findings): Promise<void> {
  const lines = await readAllLines(file, findings);
  if (!lines) return;
  const start = bodyStart(lines);
  const front = start > 0 ? readFrontMatter(lines.slice(1, start - 1), file, findings) : {};
  const body = lines.slice(start > 0 && lines[start] === '' ? start + 1 : start);
  const text = body.join('\n');
  if (isBlank(text)) findings.error({ file: file.path, line: start + 1, field: 'text' }, 'This document has no text.');
  else if (front) findings.documents.push(toDocument(front, text, file));
}

function toDocument(front: FrontMatter, text: string, file: InputFile): Document {
  const id = front.id ?? stemOf(file.name);
  const domain = front.domain ?? file.domain;
  return {
    id,
    title: front.title ?? headingIn(text)?.words ?? stemOf(file.name),
    text,
    split: front.split ?? file.split,
    ...(domain === undefined ? {} : { domain }),
    source: { file: file.path, line: 1, column: 1 },
  };
}

/** Index of the line after the front matter; 0 without one. */
export function bodyStart(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== '---') return 0;
  return lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---') + 1;
}

/** Where a value stands in front matter, and what it is. */
interface FieldPlace {
  start: number;
  end: number;
  value: string;
  /** Whether it stands between brackets, where commas separate. */
  isFlow: boolean;
}

/** The place of a field, or `none` where a line with it can be added; `undefined` where neither is so. */
export function fieldIn(source: string, name: string): FieldPlace | 'none' | undefined {
  const { contents, errors } = parseDocument(source, { schema: 'failsafe' });
  if (errors.length > 0 || (contents !== null && !isMap(contents))) return undefined;
  const isFlow = contents?.flow === true;
  const node: unknown = contents?.get(name as never, true);
  if (node === undefined) return isFlow ? undefined : 'none';
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return undefined;
  const [start, end] = node.range;
  return { start, end: end - lineEndBefore(source, end), value: node.value, isFlow };
}

/** The lines of a block take their last line end with them. */
function lineEndBefore(source: string, offset: number): number {
  if (source[offset - 1] !== '\n') return 0;
  return source[offset - 2] === '\r' ? 2 : 1;
}

/** A line of front matter, indented as the others are. */
export function fieldLine(source: string, name: string, value: string): string {
  const indent = /^ *(?=[^\s#])/m.exec(source)?.[0] ?? '';
  return `${indent}${name}: ${fieldText(value, false)}`;
}

export function fieldText(value: string, isFlow: boolean): string {
  return isFlow ? JSON.stringify(value) : stringify(value, { lineWidth: 0 }).trimEnd();
}

const heading = /^(#{1,6}[ \t]+)(\S.*?)[ \t]*#*[ \t]*$/m;

/** The words of the first heading and where they stand. */
export function headingIn(text: string): { words: string; offset: number } | undefined {
  const found = heading.exec(text);
  return found ? { words: found[2], offset: found.index + found[1].length } : undefined;
}

/** Every value is taken as the text it is (`007` keeps its zeros); other fields are let be. */
function readFrontMatter(lines: readonly string[], file: InputFile, findings: Findings): FrontMatter | undefined {
  const counter = new LineCounter();
  const yaml = parseDocument(lines.join('\n'), { schema: 'failsafe', lineCounter: counter, prettyErrors: false });
  const before = findings.problems.length;
  const at = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { file: file.path, line: line + 1, column: col };
  };
  for (const error of yaml.errors)
    findings.error(at(error.pos[0]), `The front matter is not valid YAML: ${error.message}.`);
  if (yaml.contents !== null && !isMap(yaml.contents))
    findings.error(at(0), 'The front matter must be lines of the form "name: value".');
  const front: FrontMatter = {};
  for (const field of isMap(yaml.contents) ? fields : []) {
    const node = (yaml.contents as { get(key: string, keepScalar: true): unknown }).get(field, true);
    if (node === undefined) continue;
    const value = isScalar(node) && typeof node.value === 'string' ? node.value : '';
    if (isBlank(value)) findings.error({ ...at(offsetOf(node)), field }, 'This field must be text and not empty.');
    else front[field] = value;
  }
  return findings.problems.length === before ? front : undefined;
}

function offsetOf(node: unknown): number {
  const range = (node as { range?: [number, number, number] | null }).range;
  return range?.[0] ?? 0;
}

/** Writes each document to `<folder>/<split>/<id>.md`. Reading the folder gives the same documents back. */
export async function writeText(folder: string, documents: readonly Document[]): Promise<void> {
  const taken = new Set<string>();
  for (const document of documents) {
    const file = path.join(folder, fileName(document.split), uniqueName(fileName(document.id), taken));
    await makeFolder(path.dirname(file));
    await writeFile(file, formatText(document));
  }
}

/** The file of a document, front matter included. Throws where a text file cannot keep the text as it is. */
export function formatText({ id, title, split, domain, text }: Document): string {
  if (/\r(\n|$)/.test(text))
    throw new UserError(
      `The text of document "${id}" has carriage returns at line ends, which a text file cannot keep.`,
    );
  const front = { id, title, split, ...(domain === undefined ? {} : { domain }) };
  return `---\n${stringify(front, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 })}---\n\n${text}\n`;
}

/** A name for any file system: letters, digits, `-` and `_`; at most 80 characters. */
export function fileName(words: string): string {
  return words.replace(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 80) || '-';
}

function uniqueName(name: string, taken: Set<string>): string {
  for (let ordinal = 1; ; ordinal++) {
    const candidate = ordinal === 1 ? name : `${name}-${ordinal}`;
    const key = candidate.toLowerCase();
    if (taken.has(key)) continue;
    taken.add(key);
    return `${candidate}.md`;
  }
}
