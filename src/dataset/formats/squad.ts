/**
 * SQuAD and XQuAD: one JSON file of articles with paragraphs with questions. A paragraph becomes a document; its id is
 * the article's title (or the file's name and the article's number) and the paragraph's number.
 */
import { getNodeValue, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { readAllLines } from '../lines';
import type { Findings, Place } from '../problem';
import { isBlank } from '../rows';
import { type InputFile, stemOf } from '../source';
import { faultName } from './jsonl';
import { LineMap } from './line-map';

export async function readSquad(file: InputFile, findings: Findings): Promise<void> {
  const lines = await readAllLines(file, findings);
  if (!lines) return;
  const text = lines.join('\n');
  const squad = new SquadReader(file, findings, new LineMap(text));
  const root = squad.parse(text);
  if (root) squad.readArticles(root);
}

class SquadReader {
  constructor(
    private readonly file: InputFile,
    private readonly findings: Findings,
    private readonly map: LineMap,
  ) {}

  /** The tree of the whole text. A syntax error is told once; what was understood around it is still read. */
  parse(text: string): Node | undefined {
    const errors: ParseError[] = [];
    try {
      const root = parseTree(text, errors, { disallowComments: true });
      const [fault] = errors;
      if (fault) this.findings.error(this.at(fault), `This is not valid JSON: ${faultName(fault)}.`);
      return root;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.findings.error(this.at({ offset: 0 }), 'This is not valid JSON: it is nested too deeply.');
      return undefined;
    }
  }

  readArticles(root: Node): void {
    const articles = this.list(root, 'data');
    for (const [index, article] of articles.entries()) {
      const title = this.optionalText(article, 'title');
      const name = title ?? `${stemOf(this.file.name)}-${index + 1}`;
      const paragraphs = this.list(article, 'paragraphs');
      paragraphs.forEach((paragraph, at) => this.readParagraph(paragraph, `${name}-${at + 1}`, title));
    }
  }

  private readParagraph(paragraph: Node, id: string, title = id): void {
    const { file, findings } = this;
    const text = this.text(paragraph, 'context');
    const domain = file.domain === undefined ? {} : { domain: file.domain };
    const questions = this.list(paragraph, 'qas');
    if (text === undefined) {
      if (questions.length > 0)
        findings.error(this.at(paragraph, 'qas'), 'These questions have no context to belong to.');
      return;
    }
    findings.documents.push({ id, title, text, split: file.split, ...domain, source: this.source(paragraph) });
    for (const node of questions) {
      const question = this.text(node, 'question');
      const answers = this.answers(node);
      const named = this.text(node, 'id', false) ?? '';
      if (question === undefined || !answers) continue;
      const record = { id: named, documentId: id, question, answers, split: file.split, ...domain };
      findings.questions.push({ ...record, source: this.source(node) });
    }
  }

  private answers(question: Node): string[] | undefined {
    const impossible = member(question, 'is_impossible');
    if (impossible?.value === true) {
      const place = this.at(impossible, 'is_impossible');
      this.findings.warning(place, 'This question has no answer and is left out.');
      return undefined;
    }
    const texts = this.list(question, 'answers').map((node) => this.text(node, 'text'));
    const list = member(question, 'answers');
    if (list?.type === 'array' && texts.length === 0)
      this.findings.error(this.at(list, 'answers'), 'This list of answers is empty.');
    const good = [...new Set(texts.filter((text) => text !== undefined))];
    return good.length > 0 ? good : undefined;
  }

  /** The items of a list that must be there; otherwise a problem and nothing. */
  private list(parent: Node, field: string): Node[] {
    const node = member(parent, field);
    if (node?.type === 'array') return node.children ?? [];
    this.findings.error(this.at(node ?? parent, field), `This ${node ? 'field must be a list' : 'list is missing'}.`);
    return [];
  }

  private optionalText(parent: Node, field: string): string | undefined {
    return this.text(parent, field, false);
  }

  private text(parent: Node, field: string, required = true): string | undefined {
    const node = member(parent, field);
    if (!node && !required) return undefined;
    const value: unknown = node && getNodeValue(node);
    if (typeof value === 'string' && !isBlank(value)) return value;
    const fault = typeof value === 'string' ? 'is empty' : node ? 'must be text' : 'is missing';
    this.findings.error(this.at(node ?? parent, field), `This field ${fault}.`);
    return undefined;
  }

  private source(node: { offset: number }) {
    return { file: this.file.path, ...this.map.place(node.offset) };
  }

  private at(node: { offset: number }, field?: string): Place {
    return { ...this.source(node), ...(field === undefined ? {} : { field }) };
  }
}

/** A property's value; the last one where a name is used twice, as `JSON.parse` does. */
function member(parent: Node, field: string): Node | undefined {
  if (parent.type !== 'object') return undefined;
  return parent.children?.findLast((property) => property.children?.[0]?.value === field)?.children?.[1];
}
