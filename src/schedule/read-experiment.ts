/** Reads an experiment file and says all that is wrong with it, each with line, column and field. */
import { readFile } from 'node:fs/promises';
import { getNodeValue, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Problem } from '../dataset/model';
import { messageOf, UserError } from '../errors';
import { complaintsOf, type Complaint } from './complaints';
import { crossComplaints } from './cross-checks';
import { experimentSchema, type Experiment } from './experiment';
import { isPresent, placeAt, placeOf, placeOfKey, writePath } from './locate';

export interface ReadExperiment {
  /** With every default filled in; undefined where a problem is an error. */
  experiment?: Experiment;
  problems: Problem[];
}

/** @throws UserError if the file cannot be read; what it says wrongly becomes problems. */
export async function readExperiment(file: string): Promise<ReadExperiment & { text: string }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      `Cannot read the experiment ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : messageOf(error)}.`,
    );
  });
  return { ...parseExperiment(text, file), text };
}

/** The same for a text at hand, such as an editor's. @param file named in the problems */
export function parseExperiment(text: string, file: string): ReadExperiment {
  const source = text.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { allowTrailingComma: true });
  const problem = (complaint: Complaint) => locate(complaint, root, source, file);
  if (errors.length > 0) return { problems: errors.map((error) => syntaxProblem(error, source, file)) };
  const repeated = root ? repeatedFields(root, []).map(problem) : [];
  const parsed = experimentSchema.safeParse(root && getNodeValue(root));
  const complaints = parsed.success
    ? crossComplaints(parsed.data)
    : parsed.error.issues.flatMap((issue) => complaintsOf(issue, (path) => isPresent(root, path)));
  const problems = [...repeated, ...complaints.map(problem)].sort((a, b) => a.line - b.line || a.column - b.column);
  return problems.length === 0 ? { experiment: parsed.data, problems } : { problems };
}

/** What was found about fields of a file that is an experiment, at their places. */
export function problemsAt(complaints: readonly Complaint[], text: string, file: string): Problem[] {
  const source = text.replace(/^\uFEFF/, '');
  const root = parseTree(source, [], { allowTrailingComma: true });
  return complaints.map((complaint) => locate(complaint, root, source, file));
}

function locate({ path, key, message }: Complaint, root: Node | undefined, text: string, file: string): Problem {
  const place = key === undefined ? placeOf(root, path, text) : placeOfKey(root, path, key, text);
  return { severity: 'error', file, ...place, field: writePath(key === undefined ? path : [...path, key]), message };
}

function syntaxProblem({ error, offset }: ParseError, text: string, file: string): Problem {
  const words = printParseErrorCode(error)
    .replace(/([A-Z])/g, ' $1')
    .trim()
    .toLowerCase();
  return { severity: 'error', file, ...placeAt(offset, text), message: `This is not JSON: ${words}.` };
}

/** JSON lets a field stand twice and the last one wins; here nothing is dropped unseen. */
function repeatedFields(node: Node, path: (string | number)[]): Complaint[] {
  if (node.type === 'array')
    return (node.children ?? []).flatMap((child, index) => repeatedFields(child, [...path, index]));
  if (node.type !== 'object') return [];
  const seen = new Set<string>();
  return (node.children ?? []).flatMap(({ children }) => {
    const [{ value: key }, value] = children as [Node, Node];
    const repeated = seen.has(key) ? [{ path, key, message: `The field "${key}" stands here twice.` }] : [];
    seen.add(key);
    return [...repeated, ...repeatedFields(value, [...path, key])];
  });
}
