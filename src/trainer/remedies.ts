/** What would make training take less memory, and the fewest such changes that make it fit. */
import { gigabytes } from '../engine/bytes';
import { adapt } from '../model/adapt';
import type { ModelConfig } from '../model/config';
import { type Experiment, usualLora } from '../schedule/experiment';

/** An experiment with the model that it trains. */
export interface Trained {
  experiment: Experiment;
  config: ModelConfig;
}

interface Remedy {
  /** As the experiment would say it. */
  what: string;
  apply(trained: Trained): Trained;
}

/**
 * `with "training.recompute" true it takes 1.20 GB; with …`, or undefined where nothing is enough.
 * @param longest places of the longest example
 * @param needs bytes
 */
export function adviceFor(
  trained: Trained,
  longest: number,
  needs: (trained: Trained) => number,
  room: number,
): string | undefined {
  const sets = subsets(remediesFor(trained, longest)).map((remedies) => ({
    remedies,
    bytes: needs(remedies.reduce((done, remedy) => remedy.apply(done), trained)),
  }));
  const fitting = sets.filter(({ bytes }) => bytes < room);
  const fewest = Math.min(...fitting.map(({ remedies }) => remedies.length));
  const said = fitting
    .filter(({ remedies }) => remedies.length === fewest)
    .map(
      ({ remedies, bytes }) => `with ${remedies.map(({ what }) => what).join(' and ')} it takes ${gigabytes(bytes)}`,
    );
  return said.length > 0 ? said.join('; ') : undefined;
}

function remediesFor({ experiment, config }: Trained, longest: number): Remedy[] {
  const { training, model } = experiment;
  const microBatch = Math.max(longest, 256);
  const remedies: Remedy[] = [];
  if (microBatch < training.microBatch) remedies.push(changing(`"training.microBatch" ${microBatch}`, { microBatch }));
  if (!training.recompute) remedies.push(changing('"training.recompute" true', { recompute: true }));
  if (!training.lora && !config.lora && typeof model === 'string') {
    const apply = (trained: Trained) => ({ ...trained, config: adapt(trained.config, { ...usualLora, base: model }) });
    remedies.push({ what: '"training.lora" {}', apply });
  }
  return remedies;
}

function changing(what: string, change: Partial<Experiment['training']>): Remedy {
  return {
    what,
    apply: ({ experiment, config }) => ({
      experiment: { ...experiment, training: { ...experiment.training, ...change } },
      config,
    }),
  };
}

/** All but the empty one. */
function subsets<T>(items: readonly T[]): T[][] {
  return items.reduce<T[][]>((sets, item) => [...sets, ...sets.map((set) => [...set, item])], [[]]).slice(1);
}
