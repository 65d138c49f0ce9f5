/** Which engine opens a model that is looked at as it is: the embedded one, or torch where that one can't. */
import { findInterpreter, setUp, torchPython } from '../engine/torch/environment';
import { messageOf, UserError } from '../errors';
import { modelUnder } from '../model/adapter-file';
import { readConfig } from '../model/config-file';
import { foreignFamily, readFacts } from '../model/facts';
import type { Experiment } from '../schedule/experiment';

export type Engine = Experiment['engine'];

export interface ChosenEngine {
  engine: Engine;
  /** Why, in a sentence for people, where it is another than usual and nobody has asked for it. */
  reason?: string;
}

/** @throws UserError where torch is needed or asked for and not set up */
export async function chooseEngine(folder: string, wanted?: Engine): Promise<ChosenEngine> {
  if (wanted === 'torch') torchPython();
  if (wanted) return { engine: wanted };
  const gap = await gapOfOnnx(folder);
  if (!gap) return { engine: 'onnx' };
  if (findInterpreter()) return { engine: 'torch', reason: `torch computes this model: ${gap}.` };
  throw new UserError(`${folder} can't be opened: ${gap}, and torch, which may have it, is not set up; ${setUp}.`);
}

/** Why only torch may open it. What no engine could open is left to the usual one, which says what is wrong. */
async function gapOfOnnx(folder: string): Promise<string | undefined> {
  const family = await foreignFamily(folder);
  if (family) return `onnx has no family "${family}"`;
  try {
    const base = await modelUnder(folder);
    await readFacts(base);
    return await refusalOf(readConfig(base));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function refusalOf(reading: Promise<unknown>): Promise<string | undefined> {
  try {
    await reading;
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `onnx refuses it (${messageOf(error).replace(/\.$/, '')})`;
  }
}
