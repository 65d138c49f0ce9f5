/**
 * What a stage holds: the texts of its parts, each made into an example once, in the order of the dataset or the one
 * made by hand. What a stage can't be made of is collected, so that a check tells all of it and a compiler the first.
 */
import type { Dataset, Document, Question } from '../dataset/model';
import type { Complaint } from './complaints';
import type { ExampleStore } from './examples';
import type { Experiment } from './experiment';
import { randomFor, sample } from './random';
import type { Part, Stage } from './schedule';
import { writePart } from './stages';

/** What makes examples of texts, with tokens or without. */
export type Store = Pick<ExampleStore, 'examples' | 'truncated' | 'refused' | 'addQuestion' | 'addDocument'>;

type Text = Document | Question;

export class Catalogue {
  private readonly questions = new Map<Question, number | undefined>();
  /** Documents by their weighting: the same text counts differently in stages that weigh differently. */
  private readonly documents = new Map<string, Map<Document, number | undefined>>();
  private answers?: Map<string, string[]>;

  constructor(
    private readonly dataset: Dataset,
    private readonly store: Store,
  ) {}

  /** The texts of a stage, and what it names that isn't there, at fields of the stage. */
  texts(stage: Stage): { texts: Text[]; complaints: Complaint[] } {
    const parts = stage.parts.map((part) => this.part(part));
    const empty = parts.flatMap(({ found, all }, place) =>
      found.length === 0 ? [{ path: ['parts', place], message: emptyPart(stage, stage.parts[place], all) }] : [],
    );
    const texts = parts.flatMap(({ found }) => found);
    if (!stage.order) return { texts, complaints: empty };
    const ordered = inOrder(texts, stage.order, stage.number);
    return { texts: ordered.texts, complaints: [...empty, ...ordered.complaints] };
  }

  /** Indices of the texts' examples; a text that was refused is left out. */
  indices(texts: readonly Text[], stage: Stage): number[] {
    return texts
      .map((text) => ('text' in text ? this.document(text, stage) : this.question(text)))
      .filter((index) => index !== undefined);
  }

  private part({ kind, split }: Part): { found: Text[]; all: readonly Text[] } {
    const all: readonly Text[] = kind === 'document' ? this.dataset.documents : this.dataset.questions;
    return { found: all.filter((text) => text.split === split), all };
  }

  private question(question: Question): number | undefined {
    return once(this.questions, question, () => this.store.addQuestion(question)?.index);
  }

  private document(document: Document, { documentWeights }: Stage): number | undefined {
    const { answer, other } = documentWeights;
    const known = once(this.documents, `${answer} ${other}`, () => new Map<Document, number | undefined>());
    const answers = answer === other ? [] : (this.answersByDocument().get(document.id) ?? []);
    return once(known, document, () => this.store.addDocument(document, documentWeights, answers)?.index);
  }

  private answersByDocument(): Map<string, string[]> {
    if (this.answers) return this.answers;
    this.answers = new Map<string, string[]>();
    for (const { documentId, answers } of this.dataset.questions) {
      once(this.answers, documentId, () => []).push(...answers);
    }
    return this.answers;
  }
}

/** The training questions kept in while documents are read: the same ones in every stage, chosen by the seed. */
export class KeptQuestions {
  private shuffled?: Question[];

  constructor(
    private readonly dataset: Dataset,
    private readonly experiment: Experiment,
    private readonly seed: number,
  ) {}

  of({ keptQuestions }: Stage): Question[] {
    if (keptQuestions === 0) return [];
    const { train } = this.experiment.splits;
    const all = () => this.dataset.questions.filter(({ split }) => split === train);
    this.shuffled ??= sample(all(), Infinity, randomFor('kept questions', this.seed));
    return this.shuffled.slice(0, keptQuestions);
  }
}

function once<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  if (!map.has(key)) map.set(key, make());
  return map.get(key)!;
}

/** The texts that a hand-made order names, in its order. */
function inOrder(texts: readonly Text[], order: readonly string[], stage: number) {
  const byId = new Map<string, Text>();
  const shared = new Set<string>();
  for (const text of texts) {
    if (byId.has(text.id)) shared.add(text.id);
    byId.set(text.id, text);
  }
  const complaints = order.flatMap((id, place): Complaint[] => {
    const why = !byId.has(id) ? 'none of its parts holds' : shared.has(id) ? 'several texts are called' : undefined;
    if (!why) return [];
    return [{ path: ['order', place], message: `The order of stage ${stage} names "${id}", which ${why}.` }];
  });
  return { texts: order.flatMap((id) => byId.get(id) ?? []), complaints };
}

function emptyPart(stage: Stage, part: Part, all: readonly { split: string }[]): string {
  const splits = [...new Set(all.map(({ split }) => split))].join(', ') || 'none';
  const start = `Stage ${stage.number} trains on ${writePart(part)}, but the dataset has no ${part.kind}s there`;
  return `${start}; splits with ${part.kind}s: ${splits}.`;
}
