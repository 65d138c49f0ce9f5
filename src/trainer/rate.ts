/** The learning rate of a phase: an optional linear warm-up, then a cosine from the peak down to a share of it. */
export interface RateSettings {
  /** Peak. */
  rate: number;
  /** Steps of warm-up. */
  warmup: number;
  /** Share of the peak at the end, from 0 to 1. */
  finalRate: number;
}

/** The rate of step `step` (from 1) of `total`. The first step after warm-up has the peak. */
export function learningRate(step: number, total: number, { rate, warmup, finalRate }: RateSettings): number {
  if (step <= warmup) return (rate * step) / warmup;
  const done = (step - warmup - 1) / Math.max(1, total - warmup);
  return rate * (finalRate + (1 - finalRate) * 0.5 * (1 + Math.cos(Math.PI * done)));
}
