/** A step of training as a run notes it, for tests. */
import type { RunEvent } from '../../../src/run/events';

type Step = Extract<RunEvent, { type: 'step' }>;

/** @param number of the step in its stage, from 1 */
export function stepEvent(number: number, change: Partial<Step> = {}): Step {
  const at = { time: '2024-05-26T10:00:00.000Z', stage: 1, epoch: 1, step: number };
  const effort = { gradientNorm: 1, rate: 1e-3, tokens: 90, padding: 10, seconds: 0.5, memory: 1e9 };
  return { type: 'step', ...at, loss: 1, ...effort, ...change };
}
