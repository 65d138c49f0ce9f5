/** The config of a model of which adapters are trained in place of its weights. */
import { UserError } from '../errors';
import type { Lora, ModelConfig } from './config';
import { type Modules, projectionsOf, type WantedLora, withTargets } from './lora';
import { baseParameters } from './parameters';

/** Throws a UserError for a model or for projections that can't be adapted. */
export function adapt(config: ModelConfig, wanted: WantedLora): ModelConfig {
  return { ...config, lora: newLora(projectionsOf(baseParameters(config), config), config.lora, wanted) };
}

/** Adapters for a model of any family. @param held those that its folder holds, which refuses others */
export function newLora(modules: Modules, held: Lora | undefined, wanted: WantedLora): Lora {
  if (held) throw new UserError(`${wanted.base} holds adapters already; name the model that they adapt.`);
  return withTargets(modules, wanted);
}
