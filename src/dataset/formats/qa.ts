/**
 * The `.qa` format, read and written (docs/qa-format.md). A heading with a text is a document; one without names a
 * document of another file by its id or title. Questions before any heading belong to the document named as the file.
 */
import { readLines } from '../lines';
import type { Findings } from '../problem';
import { isBlank } from '../rows';
import { type InputFile, stemOf } from '../source';
import { type QaAttributes, type QaBlock, type QaField, QaParser, type QaQuestion, type QaSpan } from './qa-syntax';

export async function readQa(file: InputFile, findings: Findings): Promise<void> {
  const reader = new QaReader(file, findings);
  const parser: QaParser = new QaParser((block) => reader.take(block, parser.attributes));
  for await (const lines of readLines(file, findings)) for (const { text, number } of lines) parser.take(text, number);
  parser.end();
  reader.check(parser.attributes, ['split', 'domain'], 'a whole file');
  for (const { message, ...place } of parser.faults) findings.error({ file: file.path, ...place }, message);
}

class QaReader {
  constructor(
    private readonly file: InputFile,
    private readonly findings: Findings,
  ) {}

  take(block: QaBlock, whole: QaAttributes): void {
    const { heading, attributes, text, questions } = block;
    if (heading?.value === '') return this.error(heading, 'This heading is empty; what follows it is left out.');
    const name = heading?.value ?? stemOf(this.file.name);
    const id = attributes.id?.value || name;
    const place = this.placeIn(attributes, whole);
    this.check(
      attributes,
      text ? ['id', 'title', 'split', 'domain'] : ['id', 'split', 'domain'],
      'a heading without text',
    );
    if (heading && text) this.takeDocument(id, attributes.title?.value || name, text, heading, place);
    for (const question of questions)
      this.takeQuestion(question, id, { ...place, ...this.placeIn(question.attributes) });
  }

  /** Attributes that mean nothing here, or nothing at all, are problems. */
  check(attributes: QaAttributes, known: readonly QaField[], what: string): void {
    for (const [field, span] of Object.entries(attributes) as [QaField, QaSpan][]) {
      if (!known.includes(field)) this.error(span, `"${field}" has no meaning for ${what}.`, field);
      else if (span.value === '') this.error(span, 'This field is empty.', field);
    }
  }

  private takeDocument(id: string, title: string, text: QaSpan, heading: QaSpan, place: Placing): void {
    const source = { file: this.file.path, line: heading.line, column: 1 };
    if (isBlank(text.value)) this.error(text, 'This text is empty.', 'text');
    else this.findings.documents.push({ id, title, text: text.value, ...place, split: place.split ?? '', source });
  }

  private takeQuestion({ question, attributes, answers }: QaQuestion, documentId: string, place: Placing): void {
    this.check(attributes, ['id', 'split', 'domain'], 'a question');
    const empty = answers.filter((answer) => isBlank(answer.value));
    for (const answer of empty) this.error(answer, 'This answer is empty.', 'answer');
    if (isBlank(question.value)) return this.error(question, 'This question is empty.', 'question');
    if (answers.length === 0) return this.error(question, 'This question has no answer.', 'answer');
    if (empty.length > 0) return;
    this.findings.questions.push({
      id: attributes.id?.value ?? '',
      documentId,
      question: question.value,
      answers: answers.map((answer) => answer.value),
      ...place,
      split: place.split ?? '',
      source: { file: this.file.path, line: question.line, column: 1 },
    });
  }

  /** What the attributes say, those of the part before those of the whole file before the file's path. */
  private placeIn(attributes: QaAttributes, whole?: QaAttributes): Placing {
    const split = attributes.split?.value || whole?.split?.value || (whole && this.file.split);
    const domain = attributes.domain?.value || whole?.domain?.value || (whole && this.file.domain);
    return { ...(split ? { split } : {}), ...(domain ? { domain } : {}) };
  }

  private error(span: QaSpan, message: string, field?: QaField | 'text' | 'question' | 'answer'): void {
    const { line, column } = span;
    this.findings.error({ file: this.file.path, line, column, ...(field === undefined ? {} : { field }) }, message);
  }
}

interface Placing {
  split?: string;
  domain?: string;
}
