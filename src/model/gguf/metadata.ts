/** Typed access to a GGUF file's metadata. What is missing or of another type is refused by its key. */
import { UserError } from '../../errors';
import type { GgufFile, Value } from './header';

/** What llama.cpp writes for a token that a model hasn't. */
const noToken = 0xffffffff;

export class Metadata {
  constructor(private readonly gguf: Pick<GgufFile, 'file' | 'metadata'>) {}

  keys(): string[] {
    return [...this.gguf.metadata.keys()];
  }

  has(key: string): boolean {
    return this.gguf.metadata.has(key);
  }

  value(key: string): Value | undefined {
    return this.gguf.metadata.get(key);
  }

  /** The refusal of what the file says under a key. */
  refusal(key: string, why: string): UserError {
    return new UserError(`${this.gguf.file}: metadata "${key}" ${why}.`);
  }

  text(key: string, usual?: string): string {
    return this.typed(key, usual, 'a text', (value) => typeof value === 'string');
  }

  flag(key: string, usual?: boolean): boolean {
    return this.typed(key, usual, 'true or false', (value) => typeof value === 'boolean');
  }

  /** A positive whole number. */
  count(key: string, usual?: number): number {
    return this.typed(key, usual, 'a whole number above 0', (value) => isWhole(value) && value > 0);
  }

  /** A single-precision number, as the shortest decimal that rounds to it: 1e-5, not 0.000009999999747378752. */
  decimal(key: string, usual?: number): number {
    const value = this.typed(key, usual, 'a number above 0', (given) => Number.isFinite(given) && Number(given) > 0);
    return shortest(value);
  }

  /** A token's id; undefined where there is none. */
  token(key: string, vocabulary: number): number | undefined {
    if (!this.has(key) || this.value(key) === noToken) return undefined;
    const isToken = (value: Value) => isWhole(value) && value < vocabulary;
    return this.typed<number>(key, undefined, `the id of one of the ${vocabulary} tokens`, isToken);
  }

  texts(key: string): string[] {
    return this.typed<string[]>(key, undefined, 'a list of texts', (value) => isListOf(value, 'string'));
  }

  numbers(key: string): number[] {
    return this.typed<number[]>(key, undefined, 'a list of numbers', (value) => isListOf(value, 'number'));
  }

  private typed<T extends Value>(key: string, usual: T | undefined, what: string, fits: (value: Value) => boolean): T {
    const value = this.gguf.metadata.get(key) ?? usual;
    if (value === undefined) throw this.refusal(key, 'is missing');
    const plain = typeof value === 'bigint' ? Number(value) : value;
    if (!fits(plain)) throw this.refusal(key, `must be ${what}, but is ${show(plain)}`);
    return plain as T;
  }
}

const isWhole = (value: Value): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isListOf = (value: Value, type: string) => Array.isArray(value) && value.every((entry) => typeof entry === type);

function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === Math.fround(value)) return rounded;
  }
  return value;
}

function show(value: Value): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
