/** Finds the line and column of a field in JSON with comments, by the path that a check reports. */
import { findNodeAtLocation, type Node } from 'jsonc-parser';

/** Names of fields and ordinals in lists, from the root. */
export type Path = readonly (string | number)[];

/** Lines and columns count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** `training.epochs.pit`, `recipes[0].recipe`. */
export function writePath(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

/** Where the value at a path stands, or the nearest thing around it that the file has. */
export function placeOf(root: Node | undefined, path: Path, text: string): Place {
  return placeAt(nodeAround(root, path)?.offset ?? 0, text);
}

/** Where the name of a field last stands, the field being in the object at a path. */
export function placeOfKey(root: Node | undefined, path: Path, key: string, text: string): Place {
  const property = nodeAround(root, path)?.children?.findLast((child) => child.children?.[0].value === key);
  return property ? placeAt(property.offset, text) : placeOf(root, path, text);
}

/** Whether the file has a value at a path. */
export function isPresent(root: Node | undefined, path: Path): boolean {
  return root !== undefined && findNodeAtLocation(root, [...path]) !== undefined;
}

export function placeAt(offset: number, text: string): Place {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before[before.length - 1].length + 1 };
}

function nodeAround(root: Node | undefined, path: Path): Node | undefined {
  if (!root) return undefined;
  return findNodeAtLocation(root, [...path]) ?? (path.length > 0 ? nodeAround(root, path.slice(0, -1)) : undefined);
}
