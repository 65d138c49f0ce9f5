/**
 * The blind prior: what guessing scores without reading a document. It answers with the commonest train answer to
 * questions that start alike, and stands beside every result.
 */
import { exactMatch } from './answers';
import { normalizeAnswer, words } from './normalize';

interface Asked {
  question: string;
  /** Accepted answers, the preferred one first. */
  answers: readonly string[];
}

/** How often each normalised answer occurs. */
type Tally = Map<string, number>;

/**
 * Exact match, as a fraction, of answering each test question with the commonest preferred answer to train questions
 * with the same first four words, or with the commonest of all where none starts so. The earlier answer wins a tie.
 */
export function blindPrior(train: readonly Asked[], test: readonly Asked[]): number {
  if (train.length === 0 || test.length === 0) return 0;
  const overall: Tally = new Map();
  const byStart = new Map<string, Tally>();
  for (const { question, answers } of train) {
    const answer = normalizeAnswer(answers[0] ?? '');
    const tally = byStart.get(start(question)) ?? new Map();
    byStart.set(start(question), count(tally, answer));
    count(overall, answer);
  }
  const guesses = new Map([...byStart].map(([key, tally]) => [key, commonest(tally)]));
  const fallback = commonest(overall);
  const right = test.filter(({ question, answers }) => exactMatch(guesses.get(start(question)) ?? fallback, answers));
  return right.length / test.length;
}

function start(question: string): string {
  return words(question.toLowerCase()).slice(0, 4).join(' ');
}

function count(tally: Tally, answer: string): Tally {
  return tally.set(answer, (tally.get(answer) ?? 0) + 1);
}

function commonest(tally: Tally): string {
  let best = '';
  let most = 0;
  for (const [answer, times] of tally) if (times > most) [best, most] = [answer, times];
  return best;
}
