/**
 * Low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685): a projection W gets alpha / rank · B · A added, and only A
 * and B are trained. As in PEFT they belong to a projection as checkpoints store it: where queries, keys and values stand
 * in one tensor, they have one A in common, and each some rows of one B.
 */
import { UserError } from '../errors';
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

/** Sizes of matrices, by the names of the modules that checkpoints keep them under. */
export type Modules = ReadonlyMap<string, { outputs: number; inputs: number }>;

/** Modules whose matrices can be adapted, of a family that is built here. */
export function projectionsOf(base: readonly Parameter[], config: ModelConfig): Modules {
  const projections = base.filter(({ name }) => isProjection(name));
  return new Map(
    projections.map(({ name, shape: [own, inputs] }) => {
      const { tensor, outputs = own } = placeOf(name, config);
      return [moduleOf(tensor), { outputs, inputs }] as const;
    }),
  );
}

/** The same of any family, as far as its tensors tell: every matrix of a numbered layer. */
export function matricesIn(tensors: ReadonlyMap<string, { shape: readonly number[] }>): Modules {
  const found = [...tensors].filter(([name, { shape }]) => /\.\d+\..*\.weight$/.test(name) && shape.length === 2);
  return new Map(
    found.map(
      ([
        name,
        {
          shape: [outputs, inputs],
        },
      ]) => [moduleOf(name), { outputs, inputs }],
    ),
  );
}

/** A [rank, inputs] and B [outputs, rank] of every adapted module. */
export function adaptersOf(modules: Modules, { rank, targets }: Lora): Parameter[] {
  const adapted = [...modules].filter(([module]) => isTarget(module, targets));
  return adapted.flatMap(([module, { outputs, inputs }]) => {
    const { a, b } = matricesOf(module);
    return [
      { name: a, shape: [rank, inputs], decay: true, init: 'uniform' as const },
      { name: b, shape: [outputs, rank], decay: true, init: 'zeros' as const },
    ];
  });
}

/** Adapters to train; of every module unless targets are given. */
export type WantedLora = Omit<Lora, 'targets'> & Partial<Pick<Lora, 'targets'>>;

/** With targets, which go by the last parts of the modules' names. Throws a UserError for one that means no module. */
export function withTargets(modules: Modules, wanted: WantedLora): Lora {
  const names = [...modules.keys()];
  const usual = [...new Set(names.map((module) => module.slice(module.lastIndexOf('.') + 1)))];
  const targets = wanted.targets ?? usual;
  const unknown = targets.find((target) => !names.some((module) => isTarget(module, [target])));
  if (unknown !== undefined)
    throw new UserError(`The model has no projection "${unknown}"; it has ${usual.join(', ')}.`);
  return { ...wanted, targets };
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
