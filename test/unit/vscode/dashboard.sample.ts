/** A step of training, for tests of the dashboard. */
import type { RunEvent } from '../../../src/run/events';

type Step = Extract<RunEvent, { type: 'step' }>;

export function step(number: number, change: Partial<Step> = {}): Step {
  const at = { time: '2024-05-26T10:00:00.000Z', stage: 1, epoch: 1, step: number };
  const effort = { gradientNorm: 1, rate: 1e-3, tokens: 90, padding: 10, seconds: 0.5, memory: 1000 };
  return { type: 'step', ...at, loss: 1, ...effort, ...change };
}
