/** The families of published models that can be read, by the `model_type` of their `config.json`. */
import type { FamilyName } from '../config';
import type { Family } from './family';
import { gpt2 } from './gpt2';
import { gptNeox } from './gpt-neox';
import { llamas } from './llama';

export const families: Record<FamilyName, Family> = { ...llamas, gpt_neox: gptNeox, gpt2 };
