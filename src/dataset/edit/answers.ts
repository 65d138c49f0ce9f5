/** Which fields of a row are to say what so that it has these answers: a list, one text, or a list as SQuAD has it. */
import type { Layout } from '../rows';
import type { Values } from './rows';

/** @param isFlat whether the row holds only texts, as in CSV */
export function answersIn(row: Values, layout: Layout, answers: readonly string[], isFlat: boolean): Values {
  const known = row[layout.answers];
  const hasList = known !== undefined && known !== null && known !== '';
  const single = row[layout.answer] !== undefined || !hasList ? { [layout.answer]: answers[0] } : {};
  if (!hasList) return answers.length === 1 ? single : { ...single, [layout.answers]: listText(answers, isFlat) };
  return { ...single, [layout.answers]: likeKnown(known, answers, isFlat, row[layout.text]) };
}

function likeKnown(known: unknown, answers: readonly string[], isFlat: boolean, context: unknown): unknown {
  if (typeof known === 'string') {
    const isPlain = !known.startsWith('[') && answers.length === 1 && !answers[0].startsWith('[');
    return isPlain ? answers[0] : JSON.stringify(answers);
  }
  if (typeof known !== 'object' || known === null || Array.isArray(known)) return listText(answers, isFlat);
  const starts = answers.map((answer) => (typeof context === 'string' ? context.indexOf(answer) : -1));
  return { ...known, text: answers, ...('answer_start' in known ? { answer_start: starts } : {}) };
}

/** What becomes of the places of a row's answers when its text is another one. */
export function answersMoved(row: Values, layout: Layout, context: string): Values {
  const known = row[layout.answers] as { text?: unknown; answer_start?: unknown } | undefined | null;
  if (!Array.isArray(known?.text) || !Array.isArray(known.answer_start)) return {};
  const old: unknown[] = known.answer_start;
  const starts = known.text.map((answer: string, index) => startIn(context, answer, old[index]));
  return { [layout.answers]: { ...known, answer_start: starts } };
}

/** Where an answer stands in a text: where it stood, if it still does; -1 if nowhere. */
export function startIn(context: string, answer: string, old: unknown): number {
  const stays = typeof old === 'number' && old >= 0 && context.startsWith(answer, old);
  return stays ? old : context.indexOf(answer);
}

function listText(answers: readonly string[], isFlat: boolean): unknown {
  return isFlat ? JSON.stringify(answers) : answers;
}
