/**
 * The paper's settings as rows of one table (arXiv 2402.12847 v2, Fig. 4 and tables 2 to 5): which phases each has and
 * what it scored there. Data alone; `stages.ts` turns a row into stages, `docs/experiments.md` explains how it was read.
 */
import { UserError } from '../errors';
import { suggestion } from './nearest';
import type { Arrangement, PromptStyle } from './schedule';

/** Part of a phase by the role its split plays. There is no role for test questions: they are never trained on. */
export type RolePart = 'train questions' | 'train documents' | 'test documents';

/** Which entry of `training.epochs` gives a phase's epochs. */
export type EpochKind = 'documents' | 'instruction' | 'pit' | 'pitQuestions';

export interface Phase {
  parts: readonly RolePart[];
  epochs: EpochKind | number;
  /** Whether training questions are kept in: in any case, or only with `training.keepQuestionsInLastPhase`. */
  kept?: 'always' | 'if asked';
  arrangement?: Arrangement;
  first?: 'questions' | 'documents';
  documentWeights?: { answer: number; other: number };
}

/** Exact match, answer recall and ROUGE-L on test questions, per cent. */
export type PaperResult = readonly [exactMatch: number, recall: number, rougeL: number];

export interface Recipe {
  key: string;
  /** The paper's number or name for it. */
  symbol: string;
  title: string;
  phases: readonly Phase[];
  prompt: PromptStyle;
  /** What the paper reports for Llama-2; undefined where it reports nothing. */
  paper: { '7B'?: PaperResult; '70B'?: PaperResult };
}

const trainBoth = ['train questions', 'train documents'] as const;
const allDocuments = ['train documents', 'test documents'] as const;

/** Continued pre-training on the new documents, nothing taught before. */
const readNew: Phase = { parts: ['test documents'], epochs: 'documents', kept: 'always' };
const readAll: Phase = { parts: allDocuments, epochs: 'documents', kept: 'always' };
/** The last phase of pre-instruction-tuning: the new documents. */
const readNewAfterPit: Phase = { parts: ['test documents'], epochs: 'documents', kept: 'if asked' };
const instruct: Phase = { parts: ['train questions'], epochs: 'instruction' };
const pitBoth: Phase = { parts: trainBoth, epochs: 'pit' };
const pitQuestions: Phase = { parts: ['train questions'], epochs: 'pitQuestions' };

const trained = { prompt: 'zero-shot' } as const;

export const recipes: readonly Recipe[] = [
  {
    ...trained,
    key: 'zero-shot',
    symbol: 'zero-shot',
    title: 'Zero-shot, nothing trained',
    phases: [],
    paper: {},
  },
  {
    key: 'closed-book',
    symbol: 'closed-book',
    title: 'Closed-book, nothing trained',
    phases: [],
    prompt: 'closed-book',
    paper: { '7B': [9.5, 10.0, 21.2], '70B': [17.2, 18.1, 31.4] },
  },
  {
    key: 'open-book',
    symbol: 'open-book',
    title: 'Open-book, nothing trained',
    phases: [],
    prompt: 'open-book',
    paper: { '7B': [72.2, 75.4, 91.5], '70B': [78.2, 80.6, 94.9] },
  },
  {
    ...trained,
    key: 'cpt',
    symbol: '①',
    title: 'Continued pre-training',
    phases: [readNew],
    paper: { '7B': [27.6, 31.6, 43.8], '70B': [41.7, 45.8, 60.2] },
  },
  {
    ...trained,
    key: 'it',
    symbol: '②',
    title: 'Standard instruction-tuning',
    phases: [readAll, instruct],
    paper: { '7B': [30.3, 34.7, 47.4], '70B': [46.4, 50.9, 64.1] },
  },
  {
    ...trained,
    key: 'it-no-forget',
    symbol: '③',
    title: 'Instruction-tuning without forgetting',
    phases: [readAll, { parts: ['train questions', 'test documents'], epochs: 'instruction' }],
    paper: { '7B': [30.2, 34.1, 46.4] },
  },
  {
    ...trained,
    key: 'mix',
    symbol: '④',
    title: 'Mix all data',
    phases: [{ parts: ['train questions', ...allDocuments], epochs: 'documents' }],
    paper: { '7B': [39.4, 44.6, 56.7], '70B': [57.1, 63.4, 72.4] },
  },
  {
    ...trained,
    key: 'pit-qa',
    symbol: '⑤',
    title: 'PIT (QA only)',
    phases: [{ parts: ['train questions'], epochs: 'pit' }, readNewAfterPit],
    paper: { '7B': [28.6, 32.7, 45.2], '70B': [49.7, 53.7, 67.9] },
  },
  {
    ...trained,
    key: 'pit-qa-docs',
    symbol: '⑥',
    title: 'PIT (QA → docs)',
    phases: [
      { parts: ['train questions'], epochs: 'pit' },
      { parts: ['train documents'], epochs: 'pit' },
      readNewAfterPit,
    ],
    paper: { '7B': [32.5, 37.2, 49.0], '70B': [54.6, 60.0, 73.8] },
  },
  {
    ...trained,
    key: 'pit',
    symbol: '⑦',
    title: 'Pre-instruction-tuning',
    phases: [pitBoth, readNewAfterPit],
    paper: { '7B': [45.4, 51.2, 63.2], '70B': [62.7, 68.6, 78.8] },
  },
  {
    ...trained,
    key: 'pitpp',
    symbol: '⑧',
    title: 'PIT++',
    phases: [pitQuestions, pitBoth, readNewAfterPit],
    paper: { '7B': [48.1, 54.4, 66.4] },
  },
  {
    ...trained,
    key: 'pitmm',
    symbol: 'PIT--',
    title: 'PIT--, questions again after pairs and documents',
    phases: [pitBoth, pitQuestions, readNewAfterPit],
    paper: { '7B': [44.4, 51.3, 63.4] },
  },
  {
    ...trained,
    key: 'it-no-train-docs',
    symbol: '② w/o train doc',
    title: 'Instruction-tuning without train documents',
    phases: [readNew, instruct],
    paper: { '7B': [27.1, 30.7, 42.3] },
  },
  {
    ...trained,
    key: 'adapted',
    symbol: '① adapted',
    title: 'Adapted continued pre-training',
    phases: [{ parts: ['train documents'], epochs: 'documents', kept: 'always' }, readNew],
    paper: { '7B': [26.9, 32.7, 44.2] },
  },
  {
    ...trained,
    key: 'weighted',
    symbol: '① weighted',
    title: 'Weighted continued pre-training',
    phases: [{ ...readNew, documentWeights: { answer: 1, other: 0.5 } }],
    paper: { '7B': [27.7, 32.7, 43.3] },
  },
  {
    ...trained,
    key: 'grouped-qa-first',
    symbol: '⑦ grouped q d',
    title: 'PIT grouped, QA before document',
    phases: [{ ...pitBoth, arrangement: 'grouped', first: 'questions' }, readNewAfterPit],
    paper: { '7B': [38.2, 43.2, 56.3] },
  },
  {
    ...trained,
    key: 'grouped-docs-first',
    symbol: '⑦ grouped d q',
    title: 'PIT grouped, QA after document',
    phases: [{ ...pitBoth, arrangement: 'grouped', first: 'documents' }, readNewAfterPit],
    paper: { '7B': [27.2, 31.1, 42.1] },
  },
  {
    ...trained,
    key: 'interleaved-qa-first',
    symbol: '⑦ interleaved q d',
    title: 'PIT interleaved, QA before document',
    phases: [{ ...pitBoth, arrangement: 'interleaved', first: 'questions' }, readNewAfterPit],
    paper: { '7B': [45.9, 51.3, 64.5] },
  },
  {
    ...trained,
    key: 'interleaved-docs-first',
    symbol: '⑦ interleaved d q',
    title: 'PIT interleaved, QA after document',
    phases: [{ ...pitBoth, arrangement: 'interleaved', first: 'documents' }, readNewAfterPit],
    paper: { '7B': [43.2, 49.1, 61.6] },
  },
  {
    ...trained,
    key: 'pit-1',
    symbol: '⑦ 1 epoch',
    title: 'PIT, 1 epoch of pairs and documents',
    phases: [{ ...pitBoth, epochs: 1 }, readNewAfterPit],
    paper: { '7B': [33.3, 39.1, 50.3] },
  },
  {
    ...trained,
    key: 'pit-5',
    symbol: '⑦ 5 epochs',
    title: 'PIT, 5 epochs of pairs and documents',
    phases: [{ ...pitBoth, epochs: 5 }, readNewAfterPit],
    paper: { '7B': [45.8, 52.1, 63.6] },
  },
  {
    ...trained,
    key: 'pit-10',
    symbol: '⑦ 10 epochs',
    title: 'PIT, 10 epochs of pairs and documents',
    phases: [{ ...pitBoth, epochs: 10 }, readNewAfterPit],
    paper: { '7B': [46.5, 52.3, 61.9] },
  },
];

export const recipeKeys: readonly string[] = recipes.map(({ key }) => key);

/** How tables call a recipe: `⑦ Pre-instruction-tuning`. */
export function recipeName({ symbol, title }: Recipe): string {
  return symbol.length === 1 ? `${symbol} ${title}` : title;
}

/** The recipe with this key. @throws UserError with the nearest known name. */
export function findRecipe(key: string): Recipe {
  const recipe = recipes.find((row) => row.key === key);
  if (!recipe) throw new UserError(unknownRecipe(key));
  return recipe;
}

/** The sentence about a name that no recipe has. */
export function unknownRecipe(key: string): string {
  const near = suggestion(key, recipeKeys);
  return `There is no recipe "${key}".${near || ` The recipes are ${recipeKeys.join(', ')}.`}`;
}
