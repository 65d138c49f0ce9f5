/** A model that only answers, opened from its folder. */
import { OnnxAnswerer } from '../engine/onnx/answerer';
import { readModelFolder } from '../model/folder';
import type { Tokenizer } from '../model/tokenizer';

/** @param threads processor threads; 0 for one a core. @throws UserError where the folder holds no sound model */
export async function openAnswerer(
  folder: string,
  threads: number,
): Promise<{ learner: OnnxAnswerer; tokenizer: Tokenizer }> {
  const { tokenizer, ...model } = await readModelFolder(folder);
  return { tokenizer, learner: await OnnxAnswerer.openFiles(model, threads) };
}
