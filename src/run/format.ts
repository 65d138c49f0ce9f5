/** How numbers are written for people, the same in every table, page and picture. */
import type { Estimate } from './events';

/** A fraction in per cent with one decimal: `43.1`. */
export function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

/** Per cent with the interval: `43.1 [38.2, 48.0]`. */
export function interval({ value, low, high }: Estimate): string {
  return `${percent(value)} [${percent(low)}, ${percent(high)}]`;
}

/** A perplexity or loss with as many digits as say something: `1.023`, `12.3`, `1234`. */
export function magnitude(value: number): string {
  if (value < 10) return value.toFixed(3);
  return value.toFixed(value < 1000 ? 1 : 0);
}

/** Seconds as `45 s`, `12 min 5 s` or `3 h 20 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A count with thousands separated: `1,234,567`. */
export function thousands(value: number): string {
  // What a language would need to know for this takes a start 10 ms to read.
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A large count in three digits: `1.07 M`, `135 M`, `7.24 B`. */
export function shortCount(value: number): string {
  const [scale, unit] = value >= 1e9 ? [1e9, 'B'] : value >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  return `${Number((value / scale).toPrecision(3))} ${unit}`;
}

/** Bytes of files: `12.3 MB`, `4.36 GB`. */
export function fileSize(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** `1 error`, `1,500 questions`. */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`;
}
