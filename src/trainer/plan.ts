/** Which runs an experiment asks for: one for each variant and seed, each with its folder. Touches no disk. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { LoadedDataset } from '../dataset/load';
import type { Experiment } from '../schedule/experiment';
import type { Variant } from '../schedule/stages';
import { workOf } from '../schedule/work';
import type { RunPlan } from './launch';

/** A run to be made, with the characters that each of its stages reads. */
export type WorkPlan = RunPlan & { work: number[] };

export interface Asked {
  name: string;
  /** With absolute paths. */
  experiment: Experiment;
  data: LoadedDataset;
  /** Of the model, where it comes from a folder. */
  modelHash?: string;
  variants: readonly Variant[];
  seeds: readonly number[];
  /** Where the run folders go. */
  out: string;
}

/** All variants of a seed before the next seed, so that a first table is complete early. */
export function planRuns({ name, experiment, data, modelHash, variants, seeds, out }: Asked): WorkPlan[] {
  const works = variants.map(({ choice }) => workOf(experiment, choice, data.dataset));
  return seeds.flatMap((seed) =>
    variants.map((variant, i) => ({
      path: join(out, `${variant.name}-seed${seed}`),
      name,
      experiment,
      variant,
      seed,
      dataHash: data.hash,
      modelHash,
      work: works[i],
    })),
  );
}

/** The experiment with this machine's cores shared among so many runs at a time, unless it says how many it wants. */
export function sharingCores(experiment: Experiment, jobs: number): Experiment {
  const share =
    jobs > 1 && experiment.launcher === 'local' ? Math.max(1, Math.floor(availableParallelism() / jobs)) : 0;
  return { ...experiment, threads: experiment.threads || share };
}

/** Where the runs of an experiment go unless told otherwise. @param folder that of the experiment file */
export function runsFolder(folder: string, name: string): string {
  return join(folder, 'runs', name);
}
