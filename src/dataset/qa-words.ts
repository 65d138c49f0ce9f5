/** A document in a few words, for a hover or a list. */
import type { Document } from './model';

const longest = 400;

/** Where it belongs and how much is asked of it: `test · rivers · 3 questions`. */
export function placeInWords({ split, domain }: Document, questions: number): string {
  return [split, domain, questions === 1 ? '1 question' : `${questions} questions`].filter(Boolean).join(' · ');
}

/** The beginning of the text, cut between words. */
export function beginningOf({ text }: Document): string {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest);
  return `${cut.replace(/\s+\S*$/, '')} …`;
}
