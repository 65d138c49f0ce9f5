/** Where a text says the answers to its questions, token by token. */
import type { Tokenizer } from '../model/tokenizer';

/**
 * Marks the tokens that overlap an occurrence of an answer: whole words, in upper or lower case.
 * @param tokens the text's tokens or the first of them, [n]
 * @returns 1 inside an answer and 0 elsewhere, [n]; undefined where the tokenizer does not give the text back, so
 * that no place in it can be found
 */
export function markAnswers(
  text: string,
  tokens: Int32Array,
  answers: readonly string[],
  tokenizer: Tokenizer,
): Uint8Array | undefined {
  const decoded = (token: number) => tokenizer.decode(tokens.subarray(0, token + 1));
  if (!givesBack(text, tokens, tokenizer)) return undefined;
  const marks = new Uint8Array(tokens.length);
  for (const [start, end] of answers.flatMap((answer) => occurrences(text, answer))) {
    // A character that is split between tokens decodes to a replacement until its last token: that begins it already.
    const first = firstToken(tokens.length, (token) => decoded(token).length > start);
    const last = firstToken(tokens.length, (token) => commonPrefix(decoded(token), text) >= end);
    marks.fill(1, first, last + 1);
  }
  return marks;
}

/** Start and end of each place where the answer stands as words of its own, in UTF-16 units. */
function occurrences(text: string, answer: string): [number, number][] {
  const literal = answer.trim().replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  if (literal === '') return [];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'giu');
  return [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]);
}

/** A cut may fall inside a character: then the last one decoded is a replacement. */
function givesBack(text: string, tokens: Int32Array, tokenizer: Tokenizer): boolean {
  const decoded = tokenizer.decode(tokens).replace(/\uFFFD+$/, '');
  return text.startsWith(decoded);
}

/** The first token for which a condition holds that stays true once it is true; `count` if it never does. */
function firstToken(count: number, holds: (token: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
