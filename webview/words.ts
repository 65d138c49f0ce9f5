/** How the page writes numbers and states. Pure. */
import type { RunState } from '../src/run/states';
import { duration, magnitude, thousands } from '../src/run/format';
import type { RunFacts, StageFacts } from './messages';

/** Icon of each state, of the codicon font. */
export const stateIcons: Record<RunState, string> = {
  waiting: 'clock',
  running: 'sync',
  finished: 'pass-filled',
  stopped: 'debug-pause',
  failed: 'error',
  interrupted: 'warning',
};

/** A number with a tenth: `43.1 %`. */
export const perCent = (value: number) => `${value.toFixed(1)} %`;
export const bytes = (value: number) =>
  value < 1e9 ? `${Math.round(value / 1e6)} MB` : `${(value / 1e9).toFixed(1)} GB`;
export const speed = (value: number) => `${thousands(value)} tokens/s`;
export { duration, magnitude, thousands };

/** How far a run is, from 0 to 1. */
export function doneOf({ state, progress, stages }: RunFacts): number {
  if (state === 'finished') return 1;
  if (progress) return progress.done;
  const steps = stages.reduce((sum, stage) => sum + stage.steps, 0);
  return steps > 0 ? stages.reduce((sum, { taken }) => sum + taken, 0) / steps : 0;
}

/** The stage that is being trained, or was last. */
export function currentStage({ stages }: RunFacts): StageFacts | undefined {
  return stages.findLast(({ number, taken, steps }) => number > 0 && (taken > 0 || steps > 0));
}

/** `0.4 k`, `12 k` or `3.1 M`. */
export function roundly(value: number): string {
  const [unit, share] = value < 1e6 ? ['k', value / 1e3] : ['M', value / 1e6];
  return `${share.toFixed(share < 10 ? 1 : 0)} ${unit}`;
}

/** `Stage 2: documents, step 14 of 80`. */
export function stageWords(run: RunFacts): string {
  const stage = currentStage(run);
  return stage ? `Stage ${stage.number}: ${stage.name}, step ${stage.taken} of ${stage.steps}` : 'Starting';
}

/** `⑦ Pre-instruction-tuning, seed 1`. */
export const nameOf = ({ title, seed }: Pick<RunFacts, 'title' | 'seed'>) => `${title}, seed ${seed}`;
