/**
 * The exact text around questions and documents, as tokens. Training and evaluation both build their tokens here, so
 * a trained model is asked in the very tokens it has learnt from: the prompt, the answer and what separates pairs
 * are tokenised apart and put together.
 */
import type { Document, Question } from '../dataset/model';
import type { Tokenizer } from '../model/tokenizer';

/** What ends an answer where the model has not been taught to stop: the line break after each in-context pair. */
const ANSWER_END = '\n';

/** The text before the answer. */
export function questionPrompt(question: string): string {
  return `Question: ${question.trim()} Answer:`;
}

/** The text of an answer as it follows its prompt. */
export function answerText(answer: string): string {
  return ` ${answer.trim()}`;
}

/** `<bos> Question: {q} Answer:` */
export function questionPromptTokens(question: string, tokenizer: Tokenizer): Int32Array {
  return join([[tokenizer.bos], tokenizer.encode(questionPrompt(question))]);
}

/** ` {a} <eos>`; of several accepted answers the first. */
export function answerTokens(question: Pick<Question, 'answers'>, tokenizer: Tokenizer): Int32Array {
  return join([tokenizer.encode(answerText(question.answers[0])), [tokenizer.eos]]);
}

/** `<bos> {text}`, without an end: a document goes on. */
export function documentTokens(document: Pick<Document, 'text'>, tokenizer: Tokenizer): Int32Array {
  return join([[tokenizer.bos], tokenizer.encode(document.text)]);
}

export interface PromptContext {
  /** Pairs shown with their answers, a line each. */
  shots?: readonly Question[];
  /** The document that the question asks about, put after the pairs and before the question. */
  document?: Pick<Document, 'text'>;
  /** Most tokens: pairs are left out from the first on, then the document is cut at its end. */
  limit?: number;
}

/** A question with pairs and a document before it; without either the same as `questionPromptTokens`. */
export function promptTokens(question: string, tokenizer: Tokenizer, context: PromptContext = {}): Int32Array {
  const { shots = [], document, limit = Infinity } = context;
  const end = tokenizer.encode(ANSWER_END);
  const pairs = shots.map((shot) => pairTokens(shot, tokenizer, end));
  let text = document ? tokenizer.encode(document.text) : new Int32Array();
  const last = tokenizer.encode(questionPrompt(question));
  const length = () => 1 + sum(pairs) + (document ? text.length + end.length : 0) + last.length;
  while (pairs.length > 0 && length() > limit) pairs.shift();
  if (length() > limit) text = text.slice(0, Math.max(0, text.length - (length() - limit)));
  return join([[tokenizer.bos], ...pairs, ...(document ? [text, end] : []), last]);
}

/** What a model answered: its output up to the first line break that follows text, without white space around it. */
export function answerOf(output: string): string {
  return output.trim().split(ANSWER_END)[0].trim();
}

function pairTokens(shot: Question, tokenizer: Tokenizer, end: Int32Array): Int32Array {
  const answer = tokenizer.encode(answerText(shot.answers[0]));
  return join([tokenizer.encode(questionPrompt(shot.question)), answer, end]);
}

function sum(pieces: readonly ArrayLike<number>[]): number {
  return pieces.reduce((total, piece) => total + piece.length, 0);
}

function join(pieces: readonly ArrayLike<number>[]): Int32Array {
  const tokens = new Int32Array(sum(pieces));
  let place = 0;
  for (const piece of pieces) {
    tokens.set(piece, place);
    place += piece.length;
  }
  return tokens;
}
