/** SQuAD files: paragraphs in articles and questions in paragraphs are items of lists. */
import { getNodeValue, type Node, parseTree } from 'jsonc-parser';
import { UserError } from '../../errors';
import type { Document, Question } from '../model';
import type { InputFile } from '../source';
import { startIn } from './answers';
import { endOf, ListEditor, memberOf, styleOf, writeJson } from './json';
import { LineEditor } from './line-editor';
import { type Beside, type DocumentDraft, type QuestionDraft, type Raw, type Sheet } from './sheet';
import { applyEdits, replaced, type TextEdit } from './text';

type Item = Document | Question;

export class SquadSheet implements Sheet {
  readonly kind = 'squad';
  private readonly lines: LineEditor;
  private readonly root: Node;
  /** Paragraphs and questions by where they begin. */
  private readonly nodes = new Map<number, Node>();
  private readonly lists = new Map<Node, ListEditor>();
  private readonly written: TextEdit[] = [];

  constructor(
    private readonly text: string,
    private readonly file: InputFile,
  ) {
    this.lines = new LineEditor(text);
    this.root = parseTree(text)!;
    for (const article of itemsIn(this.root, 'data'))
      for (const paragraph of itemsIn(article, 'paragraphs'))
        for (const node of [paragraph, ...itemsIn(paragraph, 'qas')]) this.nodes.set(node.offset, node);
  }

  setQuestion(question: Question, text: string): void {
    this.write(memberOf(this.node(question), 'question')!, text);
  }

  /** Answers that stay are left as they are written, however often they are. */
  setAnswers(question: Question, answers: readonly string[]): void {
    const node = this.node(question);
    const list = memberOf(node, 'answers')!;
    const items = list.children!;
    const context = contextOf(ownerOf(node));
    const written = answers.flatMap((answer) => {
      const known = items.filter((item) => memberOf(item, 'text')?.value === answer);
      return known.length > 0 ? known.map((item) => this.raw(item)) : [this.like(items[0], answerIn(context, answer))];
    });
    const comma = items.length > 1 ? this.text.slice(endOf(items[0]), items[1].offset) : ', ';
    this.written.push(...replaced(this.text, items[0].offset, endOf(items.at(-1)!), written.join(comma)));
  }

  /** The title is that of the article, and so of all its paragraphs. */
  setTitle(document: Document, title: string): void {
    const node = memberOf(ownerOf(this.node(document)), 'title');
    if (!node) throw new UserError('This article has no title: its paragraphs are named after the file.');
    this.write(node, title);
  }

  setText(document: Document, text: string): void {
    const paragraph = this.node(document);
    this.write(memberOf(paragraph, 'context')!, text);
    for (const question of itemsIn(paragraph, 'qas')) this.written.push(...startEdits(this.text, question, text));
  }

  namesSplit(): boolean {
    return this.file.split !== '';
  }

  setSplit(): void {
    throw new UserError('A SQuAD file cannot say the split of one of its parts: move it to a file of that split.');
  }

  remove(documents: readonly Document[], questions: readonly Question[]): void {
    const paragraphs = documents.map((document) => this.node(document));
    const alone = questions
      .map((question) => this.node(question))
      .filter((node) => !paragraphs.includes(ownerOf(node)));
    for (const node of [...paragraphs, ...alone]) {
      const list = node.parent!;
      this.listOf(list).remove(list.children!.indexOf(node));
    }
  }

  isWithin(): boolean {
    return true;
  }

  carry(item: Item): Raw {
    return { kind: this.kind, text: this.raw(this.node(item)), split: item.split };
  }

  addQuestions(document: Document, drafts: readonly QuestionDraft[], { before, after }: Beside<Question>): void {
    const paragraph = this.node(document);
    const context = contextOf(paragraph);
    const make = (draft: QuestionDraft) => {
      const { question, id, answers } = draft;
      return { question, id, answers: answers.map((answer) => answerIn(context, answer)) };
    };
    this.add(drafts, memberOf(paragraph, 'qas')!, { before, after }, make);
  }

  addDocuments(drafts: readonly DocumentDraft[], { before, after }: Beside<Document>): void {
    const beside = before ?? after;
    if (!beside) throw new UserError('A paragraph can only be added where an article has one.');
    this.add(drafts, this.node(beside).parent!, { before, after }, ({ text }) => ({ context: text, qas: [] }));
  }

  edits(): TextEdit[] {
    const articles = memberOf(this.root, 'data')!;
    articles.children!.forEach((article, index) => {
      const isEmptied = this.lists.get(memberOf(article, 'paragraphs')!)?.isEmptied;
      if (isEmptied) this.listOf(articles).remove(index);
    });
    const outer = this.lists.get(articles)?.edits() ?? [];
    const isGone = (node: Node) => outer.some(({ start, end }) => node.offset >= start && endOf(node) <= end);
    const inner = [...this.lists].filter(([list]) => list !== articles && !isGone(list));
    return [...this.written, ...outer, ...inner.flatMap(([, list]) => list.edits())];
  }

  private add<Draft extends { raw?: Raw; split: string }>(
    drafts: readonly Draft[],
    list: Node,
    { before, after }: Beside<Item>,
    make: (draft: Draft) => unknown,
  ): void {
    const given = this.file.split || 'train';
    if (drafts.some(({ split }) => split !== given)) this.setSplit();
    const items = list.children ?? [];
    const beside = before ?? after;
    const index = beside ? items.indexOf(this.node(beside)) + (before ? 0 : 1) : items.length;
    const model = items[0] ?? [...this.nodes.values()].find((node) => memberOf(node, 'question'));
    const raws = drafts.map((draft) => {
      if (draft.raw?.kind !== this.kind) return this.like(model, make(draft));
      return 'question' in draft ? withStarts(draft.raw.text, contextOf(list.parent!.parent!)) : draft.raw.text;
    });
    this.listOf(list).insert(index, raws);
  }

  private node({ source: { line, column } }: Item): Node {
    return this.nodes.get(this.lines.startOf(line) + column! - 1)!;
  }

  private listOf(list: Node): ListEditor {
    const known = this.lists.get(list) ?? new ListEditor(this.text, list);
    this.lists.set(list, known);
    return known;
  }

  private write(node: Node, value: unknown): void {
    this.written.push(...replaced(this.text, node.offset, endOf(node), JSON.stringify(value)));
  }

  /** A value laid out as another one is. */
  private like(model: Node | undefined, value: unknown): string {
    const base = model ? /[^\n]*$/.exec(this.text.slice(0, model.offset))![0].match(/^[ \t]*/)![0] : '';
    return writeJson(value, styleOf(model ? this.raw(model) : '', base), this.lines.eol);
  }

  private raw(node: Node): string {
    return this.text.slice(node.offset, endOf(node));
  }
}

function itemsIn(parent: Node, list: string): Node[] {
  return memberOf(parent, list)?.children ?? [];
}

/** The object whose list holds an item. */
function ownerOf(item: Node): Node {
  return item.parent!.parent!.parent!;
}

function contextOf(paragraph: Node): string {
  return getNodeValue(memberOf(paragraph, 'context')!) as string;
}

/** A question as it is written, with the places of its answers in a context. */
function withStarts(raw: string, context: string): string {
  return applyEdits(raw, startEdits(raw, parseTree(raw)!, context));
}

/** The edits that move the answers of a question to their places in a context. */
function startEdits(source: string, question: Node, context: string): TextEdit[] {
  const answers = [...itemsIn(question, 'answers'), ...itemsIn(question, 'plausible_answers')];
  return answers.flatMap((answer) => {
    const start = memberOf(answer, 'answer_start');
    const text: unknown = memberOf(answer, 'text')?.value;
    if (!start || typeof text !== 'string') return [];
    return replaced(source, start.offset, endOf(start), String(startIn(context, text, start.value)));
  });
}

function answerIn(context: string, text: string) {
  return { text, answer_start: context.indexOf(text) };
}
