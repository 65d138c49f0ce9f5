/**
 * Low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685): a projection W gets alpha / rank · B · A added, and only A
 * and B are trained. As in PEFT they belong to a projection as checkpoints store it: where queries, keys and values stand
 * in one tensor, they have one A in common, and each some rows of one B.
 */
import type { Lora, ModelConfig } from './config';
import { placeOf } from './families';
import type { Parameter } from './parameters';

/** What the product of both matrices is multiplied by. */
export const loraScale = ({ rank, alpha }: Lora): number => alpha / rank;

export const isAdapter = (name: string): boolean => /\.lora_[AB]\.weight$/.test(name);

const matricesOf = (module: string) => ({ a: `${module}.lora_A.weight`, b: `${module}.lora_B.weight` });

/** The adapter of a weight, if its projection has one: names of both matrices, and which rows of B count if not all. */
export function adapterOf(
  weight: string,
  config: ModelConfig,
): { a: string; b: string; rows?: readonly number[] } | undefined {
  const { tensor, rows } = placeOf(weight, config);
  const module = moduleOf(tensor);
  if (!config.lora || !isProjection(weight) || !isTarget(module, config.lora.targets)) return undefined;
  return { ...matricesOf(module), rows };
}

/** A [rank, inputs] and B [outputs, rank] of every adapted projection among the base's weights. */
export function adaptersOf(base: readonly Parameter[], config: ModelConfig): Parameter[] {
  const { rank, targets } = config.lora!;
  const adapted = [...projectionsOf(base, config)].filter(([module]) => isTarget(module, targets));
  return adapted.flatMap(([module, { outputs, inputs }]) => {
    const { a, b } = matricesOf(module);
    return [
      { name: a, shape: [rank, inputs], decay: true, init: 'uniform' as const },
      { name: b, shape: [outputs, rank], decay: true, init: 'zeros' as const },
    ];
  });
}

/** The last parts of the names of all projections, which are usual as targets. */
export function usualTargets(base: readonly Parameter[], config: ModelConfig): string[] {
  const names = [...projectionsOf(base, config).keys()];
  return [...new Set(names.map((module) => module.slice(module.lastIndexOf('.') + 1)))];
}

/** The first target that means no projection of the model. */
export function unknownTarget(base: readonly Parameter[], config: ModelConfig, { targets }: Lora): string | undefined {
  const modules = [...projectionsOf(base, config).keys()];
  return targets.find((target) => !modules.some((module) => isTarget(module, [target])));
}

/** Whether the family's checkpoints hold matrices as [inputs, outputs]. */
export function isTransposed(config: ModelConfig): boolean {
  return placeOf('model.layers.0.mlp.up_proj.weight', config).transposed ?? false;
}

/** As PEFT understands targets: a module's whole name, or the end of it. */
const isTarget = (module: string, targets: readonly string[]) =>
  targets.some((target) => module === target || module.endsWith(`.${target}`));

const isProjection = (weight: string) => /_proj\.weight$/.test(weight);
const moduleOf = (tensor: string) => tensor.replace(/\.weight$/, '');

/** Modules that checkpoints store, by name. */
function projectionsOf(base: readonly Parameter[], config: ModelConfig) {
  const projections = base.filter(({ name }) => isProjection(name));
  return new Map(
    projections.map(({ name, shape: [own, inputs] }) => {
      const { tensor, outputs = own } = placeOf(name, config);
      return [moduleOf(tensor), { outputs, inputs }] as const;
    }),
  );
}
