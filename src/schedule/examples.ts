/**
 * Examples: documents and questions as the model reads them. Tokens lie in large shared arrays and loss weights are
 * made when asked for, so that a million questions stay small.
 */
import type { Document, Problem, Question } from '../dataset/model';
import type { Tokenizer } from '../model/tokenizer';
import { markAnswers } from './answers';
import { answerTokens, documentTokens, questionPromptTokens } from './prompts';
import type { Example, Kind, Stage, Truncation } from './schedule';

const CHUNK = 1 << 16;

/** Where the loss of an example begins (index of the first weight that is 1), or a weight for each target. */
type Loss = number | Float32Array;

class PooledExample implements Example {
  constructor(
    readonly index: number,
    readonly kind: Kind,
    readonly id: string,
    readonly documentId: string,
    readonly split: string,
    private readonly pool: Int32Array,
    private readonly start: number,
    private readonly length: number,
    private readonly loss: Loss,
  ) {}

  get tokens(): Int32Array {
    return this.pool.subarray(this.start, this.start + this.length);
  }

  get weights(): Float32Array {
    return typeof this.loss === 'number' ? new Float32Array(this.length - 1).fill(1, this.loss) : this.loss;
  }
}

/** Builds examples one after the other, and collects what had to be cut and what cannot be trained on. */
export class ExampleStore {
  readonly examples: Example[] = [];
  readonly truncated: Truncation[] = [];
  /** Why each of some texts gave no example. */
  readonly refused: Problem[] = [];
  private readonly cut = new Set<string>();
  private pool = new Int32Array(0);
  private used = 0;

  constructor(
    private readonly tokenizer: Tokenizer,
    /** Longest example in tokens, and whether a document that fits in whole is told to end. */
    private readonly training: { sequence: number; endDocuments?: boolean },
  ) {}

  /** `<bos> Question: {q} Answer: {a} <eos>` with the loss on the answer and its end; undefined if refused. */
  addQuestion(question: Question): Example | undefined {
    const prompt = questionPromptTokens(question.question, this.tokenizer);
    const answer = answerTokens(question, this.tokenizer);
    const length = prompt.length + answer.length;
    const { sequence } = this.training;
    if (answer.length < 2)
      return this.refuse(question, 'answer', 'has an empty answer, so there is nothing to train on');
    if (length > sequence) {
      const why = `takes ${length} tokens, but training.sequence allows ${sequence}: its answer would be cut`;
      return this.refuse(question, 'question', why);
    }
    return this.add('question', question, question.documentId, [prompt, answer], prompt.length - 1);
  }

  /**
   * `<bos> {text}`, and `<eos>` where documents end, with the loss on every token after the first, cut to the longest
   * sequence; undefined if refused.
   * @param answers the accepted answers to the document's questions, needed where the weights differ
   */
  addDocument(
    document: Document,
    weights: Stage['documentWeights'] = { answer: 1, other: 1 },
    answers: readonly string[] = [],
  ): Example | undefined {
    const whole = documentTokens(document, this.tokenizer);
    const tokens = whole.subarray(0, this.training.sequence);
    if (tokens.length < 2) return this.refuse(document, 'text', 'has no text, so there is nothing to train on');
    const loss = this.documentLoss(document, tokens, weights, answers);
    if (typeof loss === 'string') return this.refuse(document, 'text', loss);
    if (tokens.length < whole.length) this.reportCut(document, whole.length, tokens.length);
    const fits = tokens.length < this.training.sequence;
    const end = this.training.endDocuments && fits ? [this.tokenizer.eos] : [];
    const pieces = [tokens, Int32Array.from(end)];
    return this.add('document', document, document.id, pieces, withEnd(loss, end.length, weights.other));
  }

  private documentLoss(
    { text }: Document,
    tokens: Int32Array,
    { answer, other }: Stage['documentWeights'],
    answers: readonly string[],
  ): Loss | string {
    if (answer === other && answer > 0) return 0;
    const marks = markAnswers(text, tokens.subarray(1), answers, this.tokenizer);
    if (!marks) return 'cannot be weighed: the tokenizer does not give its text back, so answers cannot be found in it';
    const weights = Float32Array.from(marks, (mark) => (mark ? answer : other));
    return weights.some((weight) => weight > 0)
      ? weights
      : 'has no token with a loss weight, so there is nothing to train on';
  }

  private add(
    kind: Kind,
    { id, split }: Document | Question,
    documentId: string,
    pieces: readonly Int32Array[],
    loss: Loss,
  ): Example {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.reserve(length);
    const start = this.used;
    for (const piece of pieces) {
      this.pool.set(piece, this.used);
      this.used += piece.length;
    }
    const example = new PooledExample(
      this.examples.length,
      kind,
      id,
      documentId,
      split,
      this.pool,
      start,
      length,
      loss,
    );
    this.examples.push(example);
    return example;
  }

  private reserve(length: number): void {
    if (this.used + length <= this.pool.length) return;
    this.pool = new Int32Array(Math.max(CHUNK, length));
    this.used = 0;
  }

  private reportCut({ id, source }: Document, tokens: number, kept: number): void {
    if (this.cut.has(id)) return;
    this.cut.add(id);
    this.truncated.push({ id, tokens, kept, source });
  }

  /** @param field of the record, by the name that every format gives it a column for */
  private refuse({ id, source }: Document | Question, field: 'question' | 'answer' | 'text', why: string): undefined {
    const kind = field === 'text' ? 'document' : 'question';
    this.refused.push({ severity: 'error', column: 1, ...source, field, message: `The ${kind} ${id} ${why}.` });
  }
}

/** The end of a document counts as its other tokens do. */
function withEnd(loss: Loss, added: number, other: number): Loss {
  if (typeof loss === 'number' || added === 0) return loss;
  return Float32Array.of(...loss, other);
}

const noTokens = new Int32Array(0);
const noWeights = new Float32Array(0);

/** Stands in for the store where no token is needed: every text gives an example, and none has any. */
export class OutlineStore {
  readonly examples: Example[] = [];
  readonly truncated: Truncation[] = [];
  readonly refused: Problem[] = [];

  addQuestion({ id, documentId, split }: Question): Example {
    return this.add('question', id, documentId, split);
  }

  addDocument({ id, split }: Document): Example {
    return this.add('document', id, id, split);
  }

  private add(kind: Kind, id: string, documentId: string, split: string): Example {
    const example = { index: this.examples.length, kind, id, documentId, split, tokens: noTokens, weights: noWeights };
    this.examples.push(example);
    return example;
  }
}
