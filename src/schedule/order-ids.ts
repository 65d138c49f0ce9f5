/** The ids that a hand-made order in an experiment file names, with their places. */
import { parseTree } from 'jsonc-parser';

export interface OrderId {
  id: string;
  /** Of the string with its quotes. */
  offset: number;
  length: number;
}

/** Every entry of every stage's `order`, as far as the text can be understood. */
export function orderIdsIn(text: string): OrderId[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const stages = root?.children?.find(({ children }) => children?.[0]?.value === 'stages')?.children?.[1]?.children;
  const orders = stages?.flatMap((stage) => stage.children?.filter(({ children }) => children?.[0]?.value === 'order'));
  const entries = orders?.flatMap((order) => order?.children?.[1]?.children ?? []) ?? [];
  return entries
    .filter(({ type }) => type === 'string')
    .map(({ value, offset, length }) => ({ id: value as string, offset, length }));
}
