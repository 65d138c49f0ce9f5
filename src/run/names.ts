/** What people call a run and its stages. */
import type { RunIdentity } from './folder';

/** `⑦ Pre-instruction-tuning`, or what its author calls the variant. */
export function titleOf({ title, recipe }: Pick<RunIdentity, 'title' | 'recipe'>): string {
  return title ?? recipe;
}

/** `⑦ Pre-instruction-tuning, seed 1`. */
export function nameOf(identity: Pick<RunIdentity, 'title' | 'recipe' | 'seed'>): string {
  return `${titleOf(identity)}, seed ${identity.seed}`;
}

/** `all weights`, or which adapters. */
export function trainedOf({ trained }: Pick<RunIdentity, 'trained'>): string {
  return trained ?? 'all weights';
}

interface Named {
  number: number;
  name: string;
}

/** `2. documents`; what stands before the first stage has only a name. */
export function stageLabel({ number, name }: Named): string {
  return number === 0 ? name : `${number}. ${name}`;
}
