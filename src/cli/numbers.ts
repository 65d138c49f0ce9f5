/** Numbers among the words of a command. */
import { InvalidArgumentError } from 'commander';

/** Reads a whole number from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} on.`);
  };
}

/** Reads `1940-1989`. */
export function yearRange(text: string): [number, number] {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (first === undefined) throw new InvalidArgumentError('It must read FIRST-LAST, such as 1940-1989.');
  return [Number(first), Number(last)];
}
