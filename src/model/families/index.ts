/** The families of published models that can be read, by the `model_type` of their `config.json`. */
import type { FamilyName, ModelConfig } from '../config';
import type { Family, Stored } from './family';
import { gpt2 } from './gpt2';
import { gptNeox } from './gpt-neox';
import { llamas } from './llama';

export const families: Record<FamilyName, Family> = { ...llamas, gpt_neox: gptNeox, gpt2 };

/** Where a weight stands in a checkpoint of the model. */
export function placeOf(weight: string, config: ModelConfig): Stored {
  return families[config.family].stored?.(weight, config) ?? { tensor: weight };
}
