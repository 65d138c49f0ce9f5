/** JSON written like the JSON around it, and edits of members and lists that keep everything else. */
import { type Node, parseTree } from 'jsonc-parser';
import { replaced, type TextEdit } from './text';

/** How values are laid out. */
interface JsonStyle {
  colon: string;
  comma: string;
  /** White space within the brackets of objects and of lists on one line. */
  padding: { object: string; list: string };
  /** White space of one level, where members stand on lines of their own. */
  indent?: string;
  /** White space before the lines of the value itself. */
  base: string;
}

/** The style of a value as it is written. @param base white space before its first line */
export function styleOf(raw: string, base = '', root = parseTree(raw)): JsonStyle {
  const [first, second] = root?.children ?? [];
  const [key, value] = first?.children ?? [];
  const colon = key && value ? raw.slice(endOf(key), value.offset) : ': ';
  const comma = first && second ? raw.slice(endOf(first), second.offset) : colon.replace(':', ',');
  const inner = first && /\n([ \t]*)$/.exec(raw.slice(0, first.offset))?.[1];
  const list = first && root ? listIn(root) : undefined;
  const padding = { object: paddingOf(raw, root), list: paddingOf(raw, list) };
  const style = { colon, comma: comma.includes('\n') ? ', ' : comma, padding, base };
  return inner === undefined ? style : { ...style, indent: inner.slice(base.length) || '  ' };
}

/** The first list with items. */
function listIn(node: Node): Node | undefined {
  if (node.type === 'array' && node.children?.length) return node;
  for (const child of node.children ?? []) {
    const found = listIn(child);
    if (found) return found;
  }
  return undefined;
}

function paddingOf(raw: string, node: Node | undefined): string {
  const [first] = node?.children ?? [];
  const space = node && first ? raw.slice(node.offset + 1, first.offset) : '';
  return space.includes('\n') ? '' : space;
}

/** A value as text in a style; members that are undefined are left out. */
export function writeJson(value: unknown, style: JsonStyle, eol: string, depth = 1): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => writeJson(one, style, eol, depth + 1))
    : Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .map(([key, one]) => `${JSON.stringify(key)}${style.colon}${writeJson(one, style, eol, depth + 1)}`);
  const [open, close] = isList ? '[]' : '{}';
  if (parts.length === 0) return open + close;
  const padding = isList ? style.padding.list : style.padding.object;
  if (style.indent === undefined) return open + padding + parts.join(style.comma) + padding + close;
  const line = (level: number) => eol + style.base + style.indent!.repeat(level);
  return `${open}${line(depth)}${parts.join(`,${line(depth)}`)}${line(depth - 1)}${close}`;
}

/** A property; the last one where a name is used twice, as `JSON.parse` does. */
function propertyOf(parent: Node | undefined, name: string): Node | undefined {
  if (parent?.type !== 'object') return undefined;
  return parent.children?.findLast((property) => property.children?.[0]?.value === name);
}

/** The value of a property. */
export function memberOf(parent: Node | undefined, name: string): Node | undefined {
  return propertyOf(parent, name)?.children?.[1];
}

export function endOf({ offset, length }: Node): number {
  return offset + length;
}

/** One line that is an object, with members changed; those that are to be undefined go. */
export function withMembers(raw: string, members: Record<string, unknown>): string {
  return Object.entries(members).reduce((line, [name, value]) => withMember(line, name, value), raw);
}

function withMember(raw: string, name: string, value: unknown): string {
  const root = parseTree(raw)!;
  const property = propertyOf(root, name);
  if (value === undefined) return property ? withoutProperty(raw, root, property) : raw;
  const style = styleOf(raw, '', root);
  const written = writeJson(value, style, '\n');
  const [, node] = property?.children ?? [];
  if (node) return raw.slice(0, node.offset) + written + raw.slice(endOf(node));
  const { colon, comma } = style;
  const last = root.children?.at(-1);
  const at = last ? endOf(last) : root.offset + 1;
  return `${raw.slice(0, at)}${last ? comma : ''}${JSON.stringify(name)}${colon}${written}${raw.slice(at)}`;
}

function withoutProperty(raw: string, root: Node, property: Node): string {
  const all = root.children!;
  const index = all.indexOf(property);
  const start = index > 0 ? endOf(all[index - 1]) : property.offset;
  const end = index > 0 || all.length === 1 ? endOf(property) : all[1].offset;
  return raw.slice(0, start) + raw.slice(end);
}

/** Items of a list go, and others come, each with what separates it. */
export class ListEditor {
  private readonly gone = new Set<number>();
  /** New items under the ordinal of the item that they stand before. */
  private readonly fresh = new Map<number, string[]>();

  constructor(
    private readonly text: string,
    readonly list: Node,
  ) {}

  remove(index: number): void {
    this.gone.add(index);
  }

  /** @param before ordinal, from 0; the number of items for the end */
  insert(before: number, items: readonly string[]): void {
    this.fresh.set(before, [...(this.fresh.get(before) ?? []), ...items]);
  }

  get isEmptied(): boolean {
    return this.fresh.size === 0 && this.items.every((_, index) => this.gone.has(index));
  }

  edits(): TextEdit[] {
    const { items } = this;
    if (items.every((_, index) => this.gone.has(index))) return this.refill();
    const edits: TextEdit[] = [];
    let before: Node | undefined;
    for (let index = 0; index <= items.length; index++) {
      const after = items.find((_, at) => at >= index && !this.gone.has(at));
      edits.push(...(this.fresh.get(index) ?? []).map((item) => this.addition(item, before, after)));
      const item = items[index];
      if (item && !this.gone.has(index)) before = item;
      else if (item) edits.push(this.removal(index, before));
    }
    return edits;
  }

  /** What is still there decides where the comma goes. */
  private addition(item: string, before: Node | undefined, after: Node | undefined): TextEdit {
    const at = before ? endOf(before) : after!.offset;
    return { start: at, end: at, text: before ? this.separator + item : item + this.separator };
  }

  private removal(index: number, before: Node | undefined): TextEdit {
    const { items } = this;
    if (before) return { start: endOf(items[index - 1]), end: endOf(items[index]), text: '' };
    return { start: items[index].offset, end: items[index + 1].offset, text: '' };
  }

  private refill(): TextEdit[] {
    const { items, list, text } = this;
    const written = [...this.fresh]
      .sort(([a], [b]) => a - b)
      .flatMap(([, fresh]) => fresh)
      .join(this.separator);
    const start = items[0]?.offset ?? list.offset + 1;
    const end = items.length > 0 ? endOf(items[items.length - 1]) : endOf(list) - 1;
    return replaced(text, start, end, written);
  }

  private get items(): Node[] {
    return this.list.children ?? [];
  }

  private get separator(): string {
    const [first, second] = this.items;
    const from = second ? endOf(first) : this.list.offset + 1;
    const space = first ? this.text.slice(from, (second ?? first).offset).replace(/^\s*,/, '') : ' ';
    return `,${space}`;
  }
}
