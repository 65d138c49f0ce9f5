/** Questions and answers for tests of results, with only what matters written out. */
import type { Question } from '../../../src/dataset/model';
import type { Prediction } from '../../../src/run/events';

export function question(id: string, text: string, answers = ['Rome'], line = 1): Question {
  const [documentId] = id.split('?');
  return { id, documentId, question: text, answers, split: 'test', source: { file: '/data/a.qa', line } };
}

export function prediction(id: string, text: string, output: string, answers = ['Rome']): Prediction {
  const { documentId } = question(id, text);
  const right = answers.includes(output);
  const judged = { exactMatch: right, recall: right, rougeL: Number(right) };
  return { id, documentId, split: 'test', question: text, prompt: '', answers, output, prediction: output, ...judged };
}
