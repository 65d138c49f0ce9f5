/** The config of a model of which adapters are trained in place of its weights. */
import { UserError } from '../errors';
import type { Lora, ModelConfig } from './config';
import { unknownTarget, usualTargets } from './lora';
import { baseParameters } from './parameters';

/** Adapters to train; of every projection unless targets are given. */
export type WantedLora = Omit<Lora, 'targets'> & Partial<Pick<Lora, 'targets'>>;

/** Throws a UserError for a model or for projections that can't be adapted. */
export function adapt(config: ModelConfig, wanted: WantedLora): ModelConfig {
  if (config.lora) throw new UserError(`${wanted.base} holds adapters already; name the model that they adapt.`);
  const base = baseParameters(config);
  const usual = usualTargets(base, config);
  const lora = { ...wanted, targets: wanted.targets ?? usual };
  const unknown = unknownTarget(base, config, lora);
  if (unknown !== undefined)
    throw new UserError(`The model has no projection "${unknown}"; it has ${usual.join(', ')}.`);
  return { ...config, lora };
}
