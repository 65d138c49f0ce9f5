/** Writes values and fields into JSON with comments: as compact as a line allows, in the layout of the file. */
import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import type { TextEdit } from '../dataset/edit/text';
import { indentAt, layoutOf, rewriteChildren, type Wanted } from './edit-children';
import type { Path } from './locate';

/** Longest line that a value is written on. */
const width = 100;

/** How a value is written at a place: what its line begins with, and what a file indents by and ends lines with. */
export interface Setting {
  indent: string;
  unit: string;
  eol: string;
}

export function writeValue(value: unknown, setting: Setting): string {
  const compact = writeCompact(value);
  if (typeof value !== 'object' || value === null || setting.indent.length + compact.length <= width) return compact;
  const inner = { ...setting, indent: setting.indent + setting.unit };
  const lines = Array.isArray(value)
    ? value.map((item) => writeValue(item, inner))
    : fieldsOf(value).map(([key, item]) => `${JSON.stringify(key)}: ${writeValue(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const body = lines.map((line) => inner.indent + line).join(`,${setting.eol}`);
  return `${open}${setting.eol}${body}${setting.eol}${setting.indent}${close}`;
}

function writeCompact(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeCompact).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = fieldsOf(value).map(([key, item]) => `${JSON.stringify(key)}: ${writeCompact(item)}`);
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
}

function fieldsOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

/** The value at a path of a text that has one. */
export function nodeAt(text: string, path: Path): Node {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtLocation(root, [...path]);
  if (!node) throw new Error(`The text has nothing at ${path.join('.')}`);
  return node;
}

/** How a new child of an array or object is written. */
export function childSetting(text: string, parent: Node): Setting {
  const { eol, unit } = layoutOf(text);
  const first = parent.children?.[0];
  const indent = first ? indentAt(text, first.offset) : indentAt(text, parent.offset) + unit;
  return { indent, unit, eol };
}

/**
 * Sets fields of the object at a path; `undefined` takes one away. A new field comes after those that `order` puts
 * before it.
 */
export function setFields(
  text: string,
  path: Path,
  fields: Readonly<Record<string, unknown>>,
  order: readonly string[],
): TextEdit[] {
  const parent = nodeAt(text, path);
  const setting = childSetting(text, parent);
  const property = (key: string) => `${JSON.stringify(key)}: ${writeValue(fields[key], setting)}`;
  const keys = (parent.children ?? []).map(({ children }) => children![0].value as string);
  const wanted: { key: string; wish: Wanted }[] = keys
    .map((key, child) => ({ key, wish: key in fields ? { child, text: property(key) } : child }))
    .filter(({ key }) => !(key in fields) || fields[key] !== undefined);
  for (const key of Object.keys(fields)) {
    if (fields[key] === undefined || keys.includes(key)) continue;
    const rank = order.indexOf(key);
    const before = wanted.findLastIndex((one) => order.indexOf(one.key) < rank);
    wanted.splice(before + 1, 0, { key, wish: { text: property(key) } });
  }
  return rewriteChildren(
    text,
    parent,
    wanted.map(({ wish }) => wish),
  );
}

/** Makes a list of words at a path read otherwise; what stays in it keeps its comments. */
export function setWords(text: string, path: Path, words: readonly string[]): TextEdit[] {
  const parent = nodeAt(text, path);
  const places = new Map<string, number[]>();
  (parent.children ?? []).forEach(({ value }, place) => {
    const known = places.get(value);
    if (known) known.push(place);
    else places.set(value, [place]);
  });
  for (const known of places.values()) known.reverse();
  const wanted = words.map((word): Wanted => places.get(word)?.pop() ?? { text: JSON.stringify(word) });
  return rewriteChildren(text, parent, wanted);
}
