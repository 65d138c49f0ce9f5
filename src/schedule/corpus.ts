/** The texts that a tokenizer is trained on: all that is read or taught, and nothing that is only asked. */
import type { Dataset } from '../dataset/model';
import { answerText, questionPrompt } from './prompts';

/** All documents and the train questions with their answers; test questions stay unseen. */
export function tokenizerTexts({ documents, questions }: Dataset, trainSplit: string): string[] {
  const taught = questions.filter(({ split }) => split === trainSplit);
  return [
    ...documents.map(({ text }) => text),
    ...taught.map(({ question, answers }) => questionPrompt(question) + answerText(answers[0])),
  ];
}
