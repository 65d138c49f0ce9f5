/** The document that a row of a JSONL file names. */
import { type Node, parseTree } from 'jsonc-parser';
import { plainId } from '../formats/wiki';
import { namingColumns, type RowFile } from './columns';
import { type Naming, spanOn } from './mention';

/** @param text the line, @param line its number from 0 */
export function namingInRow(text: string, line: number, file: RowFile): Naming {
  const row = valuesIn(text);
  const columns = namingColumns((column) => row.has(column), file);
  const own = columns.question === undefined ? undefined : idIn(row.get(columns.question));
  const node = row.get(columns.document);
  const name = idIn(node);
  return { mentions: node && name ? [mention(node, name)] : [], questionIds: own ? [own] : [] };

  function mention({ offset, length, type }: Node, name: string) {
    const span = spanOn(line, offset, offset + length);
    const rewrite = (id: string) => JSON.stringify(type === 'number' ? plainId(id) : id);
    return { name, role: columns.role, span, rewrite };
  }
}

/** The fields that hold something; the last one where a name is used twice, as `JSON.parse` does. */
function valuesIn(text: string): Map<string, Node> {
  const row = new Map<string, Node>();
  const root = parseTree(text, [], { disallowComments: true });
  for (const { children } of (root?.type === 'object' && root.children) || []) {
    const [key, value] = children ?? [];
    if (!value || value.type === 'null' || value.value === '') row.delete(key.value as string);
    else row.set(key.value as string, value);
  }
  return row;
}

function idIn(node: Node | undefined): string | undefined {
  const value: unknown = node?.value;
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}
