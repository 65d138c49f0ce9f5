/**
 * Two ways to make texts comparable: the normalisation of the SQuAD v1.1 evaluation script, for exact match and
 * recall, and the tokens of Google's `rouge_score`, for ROUGE-L. Both keep the meaning that the expressions have in
 * Python, which differs from JavaScript's: there a word is any Unicode letter, digit or underscore, and white space
 * includes the separators U+001C to U+001F and U+0085 but not U+FEFF.
 */

/** Python's `string.punctuation`. */
const punctuation = /[!-/:-@[-`{-~]/g;
/** `\b(a|an|the)\b` with Python's idea of a word. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;
/** What Python's `str.split()` splits at. */
const whiteSpace = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Words between Python's white space. */
export function words(text: string): string[] {
  return text.split(whiteSpace).filter((word) => word !== '');
}

/** Lower-case, without ASCII punctuation, then without the articles a, an and the, white space collapsed. */
export function normalizeAnswer(text: string): string {
  return words(text.toLowerCase().replace(punctuation, '').replace(articles, ' ')).join(' ');
}

/** Lower-case runs of a–z and 0–9; everything else separates. No stemming. */
export function rougeTokens(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}
