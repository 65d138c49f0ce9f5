/**
 * Low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685): a projection W gets alpha / rank · B · A added, and only A
 * and B are trained. Their names are those of PEFT.
 */
import type { Lora } from './config';

/** What the product of both matrices is multiplied by. */
export const loraScale = ({ rank, alpha }: Lora): number => alpha / rank;

/** Names of the two matrices of a projection. */
export const loraNames = (projection: string) => ({
  a: `${projection}.lora_A.weight`,
  b: `${projection}.lora_B.weight`,
});

export const isAdapter = (name: string): boolean => /\.lora_[AB]\.weight$/.test(name);
