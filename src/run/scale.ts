/** From values to places on a picture: linear and logarithmic scales with round ticks. */

export interface Axis {
  label: string;
  scale: 'linear' | 'log';
  /** Ends of the axis where they are not the ends of the data. */
  from?: number;
  to?: number;
  /** Whether values fall from left to right. */
  reversed?: boolean;
  /** Distance of the ticks where it is not chosen from the range. */
  step?: number;
  format(value: number): string;
}

export interface Scale {
  place(value: number): number;
  ticks: number[];
}

/** Maps the range of the values onto pixels `start` to `end`, which may run backwards, as a reversed axis makes them. */
export function makeScale(axis: Axis, values: readonly number[], start: number, end: number): Scale {
  const [low, high] = rangeOf(axis, values);
  const turn = axis.scale === 'log' ? Math.log : (value: number) => value;
  const share = (value: number) => (turn(clamp(value, low, high)) - turn(low)) / (turn(high) - turn(low));
  return {
    place: (value) => start + (axis.reversed ? 1 - share(value) : share(value)) * (end - start),
    ticks: axis.scale === 'log' ? logTicks(low, high) : linearTicks(low, high, axis.step),
  };
}

/** The ends of the data with a little air, never equal. */
function rangeOf({ scale, from, to }: Axis, values: readonly number[]): [number, number] {
  const usable = scale === 'log' ? values.filter((value) => value > 0) : values;
  const low = from ?? usable.reduce((a, b) => Math.min(a, b), usable[0] ?? 1);
  const high = to ?? usable.reduce((a, b) => Math.max(a, b), usable[0] ?? 1);
  if (scale === 'log') {
    const air = Math.max((high / low) ** 0.05, 1.01);
    return [from ?? low / air, to ?? high * air];
  }
  const air = (high - low || 1) * 0.05;
  return [from ?? low - air, to ?? high + air];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** About five multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(low: number, high: number, given?: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = given ?? [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999)!;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** 1, 2 and 5 times powers of ten, powers alone over a wide range, linear ticks within less than half a decade. */
function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  if (decades < 0.6) return linearTicks(low, high);
  const factors = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    ticks.push(...factors.map((factor) => Number((factor * 10 ** power).toPrecision(6))));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}
