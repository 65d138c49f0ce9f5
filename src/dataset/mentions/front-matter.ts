/** The id of a Markdown or text file: in its front matter, or none but the file's name. */
import { isMap, isScalar, LineCounter, parseDocument, stringify } from 'yaml';
import { bodyStart } from '../formats/text';
import { type Mention, spanOn } from './mention';

/** @param stem the file's name without its ending; nothing is found in front matter that is not valid */
export function mentionInText(text: string, stem: string): Mention[] {
  const lines = text.split(/\r?\n/);
  const start = bodyStart(lines);
  if (start === 0) return [unwritten(stem, 0, (id) => `---\n${idLine(id)}---\n\n`)];
  const counter = new LineCounter();
  const source = lines.slice(1, start - 1).join('\n');
  const { contents, errors } = parseDocument(source, { schema: 'failsafe', lineCounter: counter });
  if (errors.length > 0 || (contents !== null && !isMap(contents))) return [];
  const node: unknown = contents?.get('id' as never, true);
  if (node === undefined) return contents?.flow ? [] : [unwritten(stem, 1, (id) => indentOf(source) + idLine(id))];
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return [];
  const [from, to] = node.range.map((offset) => counter.linePos(offset));
  const span = { start: { line: from.line, column: from.col - 1 }, end: { line: to.line, column: to.col - 1 } };
  return [{ name: node.value, role: 'document', span, rewrite: yamlText }];
}

function unwritten(name: string, line: number, rewrite: (id: string) => string): Mention {
  return { name, role: 'document', span: spanOn(line, 0, 0), rewrite };
}

/** Front matter may be indented as a whole. */
function indentOf(source: string): string {
  return /^ *(?=[^\s#])/m.exec(source)?.[0] ?? '';
}

function idLine(id: string): string {
  return `id: ${yamlText(id)}\n`;
}

function yamlText(id: string): string {
  return stringify(id, { lineWidth: 0 }).trimEnd();
}
