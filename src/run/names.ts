/** What people call a run. */
import type { RunIdentity } from './folder';

/** `⑦ Pre-instruction-tuning`, or what its author calls the variant. */
export function titleOf({ title, recipe }: Pick<RunIdentity, 'title' | 'recipe'>): string {
  return title ?? recipe;
}

/** `⑦ Pre-instruction-tuning, seed 1`. */
export function nameOf(identity: Pick<RunIdentity, 'title' | 'recipe' | 'seed'>): string {
  return `${titleOf(identity)}, seed ${identity.seed}`;
}
