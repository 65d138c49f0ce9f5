/** Turns what zod finds wrong with an experiment into plain sentences about one field each. */
import type { z } from 'zod';
import { experimentJsonSchema } from './experiment';
import { suggestion } from './nearest';
import { writePath, type Path } from './locate';

export interface Complaint {
  path: Path;
  /** The field itself where it should not be there: its name is wrong, not its value. */
  key?: string;
  message: string;
}

type Issue = z.core.$ZodIssue;

/** @param isPresent whether the file has a value at a path: a field that is missing is told from one of a wrong type */
export function complaintsOf(issue: Issue, isPresent: (path: Path) => boolean): Complaint[] {
  const path = issue.path as Path;
  const name = path.length > 0 ? `"${writePath(path)}"` : 'The experiment';
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(path, key));
  if (issue.code === 'custom') return [{ path, message: `${name} ${issue.message}.` }];
  if (!isPresent(path)) return [{ path, message: `${name} is missing.` }];
  if (issue.code === 'invalid_union') return unionComplaints(issue, path, name, isPresent);
  return [{ path, message: `${name} ${demand(issue)}.` }];
}

function unknownField(path: Path, key: string): Complaint {
  const known = fieldsAt(path);
  const near = suggestion(key, known);
  return { path, key, message: `There is no field "${key}" here.${near || ` Known are ${known.join(', ')}.`}` };
}

/** The complaints of the one alternative that the value is meant as, or what all of them would take. */
function unionComplaints(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  name: string,
  isPresent: (path: Path) => boolean,
): Complaint[] {
  const meant = issue.errors.find((alternative) => !alternative.some(isWrongAtRoot));
  if (meant)
    return meant.flatMap((inner) => complaintsOf({ ...inner, path: [...path, ...inner.path] } as Issue, isPresent));
  const demands = issue.errors.map(([first]) => demand(first as Issue).replace(/^must be /, ''));
  return [{ path, message: `${name} must be ${[...new Set(demands)].join(' or ')}.` }];
}

/** The value as a whole is not of the alternative's kind. */
function isWrongAtRoot(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

const typeNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function demand(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function tooSmall({ origin, minimum, inclusive }: Extract<Issue, { code: 'too_small' }>): string {
  if (origin === 'array') return 'must not be an empty list';
  if (origin === 'string') return 'must not be empty';
  return inclusive ? `must be at least ${minimum}` : `must be more than ${minimum}`;
}

type SchemaNode = z.core.JSONSchema.BaseSchema;

/** The fields that the schema knows in the object at a path. */
function fieldsAt(path: Path): string[] {
  let nodes = alternatives(experimentJsonSchema());
  for (const step of path) {
    nodes = nodes
      .map((node) => (typeof step === 'number' ? node.items : node.properties?.[step]) as SchemaNode | undefined)
      .flatMap((node) => (node ? alternatives(node) : []));
  }
  return nodes.flatMap((node) => Object.keys(node.properties ?? {}));
}

function alternatives(node: SchemaNode): SchemaNode[] {
  return [node, ...(node.anyOf ?? []).flatMap((inner) => alternatives(inner as SchemaNode))];
}
