/** A model that only answers, opened from its folder. */
import { OnnxAnswerer } from '../engine/onnx/answerer';
import { readModelFolder } from '../model/folder';
import type { Tokenizer } from '../model/tokenizer';
import { readAll } from '../model/weights';

/** @param threads processor threads; 0 for one a core. @throws UserError where the folder holds no sound model */
export async function openAnswerer(
  folder: string,
  threads: number,
): Promise<{ learner: OnnxAnswerer; tokenizer: Tokenizer }> {
  const { config, weights, tokenizer } = await readModelFolder(folder);
  const all = await readAll(config, weights);
  return { tokenizer, learner: await OnnxAnswerer.open({ config, weights: all, threads }) };
}
