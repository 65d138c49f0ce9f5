/** Numbers as people type and read them, and what is wrong with one. Pure. */

/** Small numbers as `3e-5`, others as they are. */
export function plainNumber(value: number): string {
  return value < 0.001 ? value.toExponential() : String(value);
}

/** What is wrong with a text that should be a whole number from 1 on; undefined if nothing. */
export function wrongCount(text: string): string | undefined {
  return /^[1-9]\d*$/.test(text.trim()) ? undefined : 'A whole number from 1 on, please.';
}

export function wrongRate(text: string): string | undefined {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? undefined : 'A number above 0, please: 3e-5.';
}

/** `256` for examples, `2048 tokens` for tokens; undefined for anything else. */
export function readBatch(text: string): number | { tokens: number } | undefined {
  const found = /^\s*([1-9]\d*)\s*(tokens?|examples?)?\s*$/.exec(text);
  if (!found) return undefined;
  return found[2]?.startsWith('token') ? { tokens: Number(found[1]) } : Number(found[1]);
}

export function wrongBatch(text: string): string | undefined {
  return readBatch(text) === undefined
    ? 'So many examples, as in 256, or so many tokens, as in 2048 tokens.'
    : undefined;
}
