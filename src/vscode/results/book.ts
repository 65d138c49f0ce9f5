/**
 * The answers that stand beside the questions: which of a run's answers belongs to which question as it reads now, and
 * whether its text has changed since. Ids alone can't tell, for a question that is put in shifts those after it.
 */
import type { Question } from '../../dataset/model';
import type { Prediction } from '../../run/events';

/** An answer of the run, and what about the question is not as it was asked. */
export interface Found {
  prediction: Prediction;
  stale?: 'question' | 'answers';
}

export class AnswerBook {
  private readonly byDocument = new Map<string, Prediction[]>();
  private readonly byId = new Map<string, Prediction>();

  /** How many answers it holds. */
  get size(): number {
    return this.byId.size;
  }

  add(prediction: Prediction): void {
    const before = this.byId.get(prediction.id);
    const siblings = this.byDocument.get(prediction.documentId) ?? [];
    const place = before ? siblings.indexOf(before) : -1;
    if (place < 0) siblings.push(prediction);
    else siblings[place] = prediction;
    this.byDocument.set(prediction.documentId, siblings);
    this.byId.set(prediction.id, prediction);
  }

  /** The answer to a question that reads as it did when it was asked; its accepted answers may differ. */
  same({ id, documentId, question }: Asked): Prediction | undefined {
    const alike = this.byDocument.get(documentId)?.filter((prediction) => prediction.question === question) ?? [];
    return alike.find((prediction) => prediction.id === id) ?? alike[0];
  }

  /** The answer to whatever had this id. */
  withId(id: string): Prediction | undefined {
    return this.byId.get(id);
  }
}

type Asked = Pick<Question, 'id' | 'documentId' | 'question'>;

/** Matches question by question, so that whoever drives it can let others work in between. */
export class Matching {
  readonly found = new Map<Question, Found>();
  private readonly claimed = new Set<Prediction>();

  /**
   * @param byId whether an answer with a question's id may be an old answer to it: only where the run read this very
   * dataset, for other datasets use the same ids for other questions
   */
  constructor(
    private readonly book: AnswerBook,
    private readonly byId: boolean,
  ) {}

  /** First for every question: those that read as they did. */
  claim(question: Question): void {
    const prediction = this.book.same(question);
    if (!prediction) return;
    this.claimed.add(prediction);
    const stale = sameTexts(prediction.answers, question.answers) ? undefined : 'answers';
    this.found.set(question, { prediction, ...(stale && { stale }) });
  }

  /** Then for every one again: an answer that nobody has claimed belonged to the question with its id. */
  guess(question: Question): void {
    const prediction = !this.byId || this.found.has(question) ? undefined : this.book.withId(question.id);
    if (prediction && prediction.documentId === question.documentId && !this.claimed.has(prediction))
      this.found.set(question, { prediction, stale: 'question' });
  }
}

/** Whether two questions ask the same and accept the same. */
export function sameQuestion(a: Asked & { answers: readonly string[] }, b: typeof a): boolean {
  return a.documentId === b.documentId && a.question === b.question && sameTexts(a.answers, b.answers);
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
