/**
 * What a model thinks of given texts: perplexity, and teacher-forced accuracy. Nothing here is generated, so nothing
 * here is exact match.
 */

/**
 * exp(Σ negative log-likelihood / Σ tokens): weighs tokens, not texts.
 * @param losses summed negative log-likelihood of each text, nats
 * @param tokens number of tokens that each sum covers
 */
export function perplexity(losses: ArrayLike<number>, tokens: ArrayLike<number>): number {
  return Math.exp(ratio(losses, tokens));
}

/**
 * Share of tokens that are the most likely one given the gold tokens before: an upper hint, not exact match, for a
 * model that answers alone must live with its own mistakes.
 * @param hits tokens of each text that are the most likely
 * @param tokens number of tokens of each text
 */
export function teacherForcedAccuracy(hits: ArrayLike<number>, tokens: ArrayLike<number>): number {
  return ratio(hits, tokens);
}

/** Σ values / Σ tokens; throws a RangeError where there are no tokens. */
function ratio(values: ArrayLike<number>, tokens: ArrayLike<number>): number {
  const total = sum(tokens);
  if (!(total > 0)) throw new RangeError('A mean over no tokens is undefined');
  return sum(values) / total;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
