/** The config of a model of which adapters are trained in place of its weights. */
import { UserError } from '../errors';
import type { Lora, ModelConfig } from './config';
import { families } from './families';
import { adaptable } from './parameters';

/** Throws a UserError for a model or for projections that can't be adapted. */
export function adapt(config: ModelConfig, lora: Lora): ModelConfig {
  if (config.lora) throw new UserError(`${lora.base} holds adapters already; name the model that they adapt.`);
  if (families[config.family].stored)
    throw new UserError(`Adapters of a ${config.family} model have no form that PEFT reads; train all of its weights.`);
  const known = adaptable(config);
  const unknown = lora.targets.find((target) => !known.includes(target));
  if (unknown !== undefined)
    throw new UserError(`The model has no projection "${unknown}"; it has ${known.join(', ')}.`);
  return { ...config, lora };
}
