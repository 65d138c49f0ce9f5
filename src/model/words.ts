/**
 * How texts are cut into words before merging, always as `Split` steps: the JavaScript library takes their white space
 * and digits from Unicode as the Rust library does, but not those of its built-in rules, which then cut otherwise at
 * byte order marks, U+0085 and digits of other scripts.
 */

/**
 * GPT-2's rule for words: contractions, then runs of letters, digits or other signs with the blank before them, then
 * blanks.
 */
export const gpt2Words = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** Every match of the pattern becomes a word, and so does everything between two of them. */
export const split = (Regex: string) =>
  ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false }) as const;

/** Writes each word in the byte alphabet and cuts nothing. */
export const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false } as const;

interface Step {
  type?: string;
  add_prefix_space?: boolean;
  use_regex?: boolean;
  individual_digits?: boolean;
  pretokenizers?: unknown[];
}

/** The same pre-tokenizer with its built-in rules as `Split` steps. */
export function spelledOut(preTokenizer: unknown): unknown {
  const steps = stepsOf(preTokenizer);
  return steps.length === 1 ? steps[0] : { type: 'Sequence', pretokenizers: steps };
}

function stepsOf(given: unknown): unknown[] {
  const step = (given ?? {}) as Step;
  if (step.type === 'Sequence') return (step.pretokenizers ?? []).flatMap(stepsOf);
  if (step.type === 'Digits') return [split(step.individual_digits ? String.raw`\p{N}` : String.raw`\p{N}+`)];
  const isGpt2 = step.type === 'ByteLevel' && step.use_regex !== false && !step.add_prefix_space;
  return isGpt2 ? [split(gpt2Words), byteLevel] : [given];
}
