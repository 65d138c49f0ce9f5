/** What is wrong with words that are to become a part of a dataset; undefined if nothing. */
import { isBlank } from '../rows';

export function wrongTitle(title: string): string | undefined {
  return isBlank(title) || /[\r\n]/.test(title) ? 'A title is one line and not empty.' : undefined;
}

/** For a question, an answer or the text of a document. */
export function wrongText(text: string): string | undefined {
  return isBlank(text) ? 'This text is empty.' : undefined;
}
