/** The documents that a `.qa` text names: by a heading, by an id under it, or by the name of the file. */
import { escapeLine, parseQa, type QaBlock, type QaSpan } from '../formats/qa-syntax';
import { type Mention, type Naming, type Span, spanOn } from './mention';

/** @param stem the file's name without its ending, which questions before any heading belong to */
export function namingInQa(text: string, stem: string): Naming {
  const lines = text.split(/\r?\n/);
  const { blocks } = parseQa(text);
  return {
    mentions: blocks.flatMap((block) => mentionsIn(block, stem, lines)),
    questionIds: blocks.flatMap(({ questions }) => questions.flatMap(({ attributes }) => attributes.id?.value || [])),
  };
}

/** Where the value of a part stands in its first line. */
export function spanOfFirstLine({ line, column }: QaSpan, lines: readonly string[]): Span {
  const end = lines[line - 1].trimEnd().length;
  return spanOn(line - 1, Math.min(column - 1, end), end);
}

function mentionsIn(block: QaBlock, stem: string, lines: readonly string[]): Mention[] {
  const { heading, questions } = block;
  if (heading?.value === '') return [];
  const named = heading ? mentionsAtHeading({ ...block, heading }, lines) : [unwritten(block, stem)];
  const [{ name }] = named;
  const marks = questions.map(({ question: { line } }) => spanOn(line - 1, 0, 'Q:'.length));
  return [...named, ...marks.map((span) => ({ name, role: 'questions' as const, span, mark: true as const }))];
}

function mentionsAtHeading(block: QaBlock & { heading: QaSpan }, lines: readonly string[]): Mention[] {
  const { heading, attributes, text } = block;
  const role = text ? 'document' : 'questions';
  const place = (span: QaSpan) => spanOfFirstLine(span, lines);
  const id = attributes.id?.value ? attributes.id : undefined;
  if (!id) return [{ name: heading.value, role, span: place(heading), rewrite: escaped }];
  return [
    { name: id.value, role, span: place(heading) },
    { name: id.value, role, span: place(id), rewrite: escaped },
  ];
}

/** A heading before the first question names another document than the file's name does. */
function unwritten({ questions: [first] }: QaBlock, stem: string): Mention {
  const span = spanOn(first.question.line - 1, 0, 0);
  return { name: stem, role: 'questions', span, rewrite: (id) => `# ${escaped(id)}\n\n` };
}

function escaped(id: string): string {
  return escapeLine(id);
}
