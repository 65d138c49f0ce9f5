/** Ranges and ticks of the charts' vertical axes. Pure. */
import { makeScale } from '../src/run/scale';

export interface Measure {
  title: string;
  /** What stands at the axis of a saved picture. */
  unit: string;
  scale: 'linear' | 'log';
  /** Whether the axis begins at nothing, and where it ends at the most. */
  from?: number;
  to?: number;
  /** The least that the axis spans. */
  least?: number;
  /** Of values at the cursor and in the table. */
  format(value: number): string;
  /** Of ticks, where it is shorter. */
  tick?(value: number): string;
}

/** The ends of the axis for the values from one to another. */
export function rangeOf(
  { scale, from, to, least = 0 }: Measure,
  low: number | null,
  high: number | null,
): [number, number] {
  if (low === null || high === null || !isFinite(low) || !isFinite(high)) return scale === 'log' ? [0.1, 10] : [0, 1];
  if (scale === 'log') {
    const air = Math.max((high / low) ** 0.06, 1.02);
    return [low / air, high * air];
  }
  const air = (high - (from ?? low) || Math.abs(high) || 1) * 0.08;
  const bottom = from ?? low - air;
  return [bottom, Math.min(to ?? Infinity, Math.max(high + air, bottom + least))];
}

export function ticksOf({ scale }: Measure, from: number, to: number): number[] {
  return makeScale({ label: '', scale, from, to, format: String }, [], 0, 1).ticks;
}
