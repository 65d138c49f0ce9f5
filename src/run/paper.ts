/** The paper's numbers in the shape that comparisons take them. */
import type { PaperNumbers } from './comparison';
import { recipes } from '../schedule/recipes';

/** By recipe, per cent, for a Llama-2 size. */
export function paperNumbers(size: '7B' | '70B'): Record<string, PaperNumbers> {
  const reported = recipes.flatMap(({ key, paper }) => {
    const result = paper[size];
    return result ? [[key, { em: result[0], recall: result[1], rougeL: result[2] }] as const] : [];
  });
  return Object.fromEntries(reported);
}
