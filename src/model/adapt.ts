/** The config of a model of which adapters are trained in place of its weights. */
import { UserError } from '../errors';
import type { ModelConfig } from './config';
import { projectionsOf, type WantedLora, withTargets } from './lora';
import { baseParameters } from './parameters';

/** Throws a UserError for a model or for projections that can't be adapted. */
export function adapt(config: ModelConfig, wanted: WantedLora): ModelConfig {
  if (config.lora) throw new UserError(`${wanted.base} holds adapters already; name the model that they adapt.`);
  return { ...config, lora: withTargets(projectionsOf(baseParameters(config), config), wanted) };
}
