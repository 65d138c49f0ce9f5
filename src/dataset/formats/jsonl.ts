/** The rows of a JSONL file: one JSON object a line, blank lines passed over. What a row means is for others to say. */
import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { readLines } from '../lines';
import type { Findings } from '../problem';
import { isBlank, type Row } from '../rows';
import type { InputFile } from '../source';

/** Yields the rows of each piece of the file that has been read. A line that is no object is a problem and left out. */
export async function* readJsonlRows(file: InputFile, findings: Findings): AsyncGenerator<Row[]> {
  for await (const lines of readLines(file, findings)) {
    const rows: Row[] = [];
    for (const line of lines) {
      if (isBlank(line.text)) continue;
      const values = parseObject(line.text, { file: file.path, line: line.number }, findings);
      if (values) rows.push(new JsonRow(values, line.text, { file: file.path, line: line.number, column: 1 }));
    }
    yield rows;
  }
}

class JsonRow implements Row {
  constructor(
    readonly values: Record<string, unknown>,
    private readonly text: string,
    readonly source: Row['source'],
  ) {}

  columnOf(field: string): number {
    const root = parseTree(this.text);
    return ((root && findNodeAtLocation(root, [field])?.offset) ?? 0) + 1;
  }
}

function parseObject(
  text: string,
  place: { file: string; line: number },
  findings: Findings,
): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    findings.error(place, 'This line must be a JSON object: {"name": value, …}.');
  } catch {
    const { column, message } = syntaxProblem(text);
    findings.error({ ...place, column }, message);
  }
  return undefined;
}

/** Where and why a line is not JSON. Only the first fault counts: the others mostly follow from it. */
function syntaxProblem(text: string): { column: number; message: string } {
  const errors: ParseError[] = [];
  try {
    parseTree(text, errors, { disallowComments: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { column: 1, message: 'This line is not valid JSON: it is nested too deeply.' };
  }
  if (errors.length === 0) return { column: 1, message: 'This line is not valid JSON.' };
  return { column: errors[0].offset + 1, message: `This line is not valid JSON: ${faultName(errors[0])}.` };
}

/** `CommaExpected` as "comma expected". */
export function faultName(error: ParseError): string {
  return printParseErrorCode(error.error)
    .replace(/([A-Z])/g, ' $1')
    .trim()
    .toLowerCase();
}
