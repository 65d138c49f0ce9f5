/**
 * What the window asks of the schedule's worker thread, and what it gets: plain data, both directions. The window first
 * says what the experiment's file and its dataset hold; everything else is about that.
 */
import type { Document, Problem, Question, Source } from '../../dataset/model';
import type { DatasetSource } from '../../dataset/source';
import type { Change, Edited } from '../../schedule/edit';
import type { ReadExperiment } from '../../schedule/read-experiment';
import type { Kind, Stage } from '../../schedule/schedule';
import type { Sheet } from './sheet';

/** What an experiment compares, and where its data is. */
export interface Opened {
  name: string;
  sources: DatasetSource[];
  seeds: number[];
  splits: { train: string; test: string };
  /** Empty where a problem is an error. */
  variants: VariantOutline[];
  problems: Problem[];
}

export interface VariantOutline {
  name: string;
  /** Key of the recipe; none for stages written out. */
  recipe?: string;
  /** The paper's number or name for the recipe. */
  symbol?: string;
  title?: string;
  phases?: string;
  prompt: string;
  stages: number;
}

export interface StageOutline extends Omit<Stage, 'parts' | 'order'> {
  parts: string[];
  /** Different examples. */
  documents: number;
  questions: number;
  /** Examples of its parts that a hand-made order leaves out. */
  leftOut: number;
  /** Passes over its plan: its epochs, or 1 where all repeats are within one pass. */
  passes: number;
}

/** A variant by its ordinal, from 0, with a seed. */
export interface VariantAt {
  variant: number;
  seed: number;
}

/** A pass of a stage; both count from 1. */
export interface EpochAt extends VariantAt {
  stage: number;
  epoch: number;
}

export interface Row {
  kind: Kind;
  id: string;
  /** The title of a document, the text of a question. */
  label: string;
  documentId: string;
  split: string;
  source: Source;
}

/** A piece of the dataset: sent in many, so that no message holds the window up. */
export interface DataSlice {
  documents: Document[];
  questions: Question[];
  first: boolean;
}

/** A change that a person makes in the view; those of the order are about a pass as it is shown. */
export type Wish =
  | Change
  | ({ kind: 'move examples'; places: number[]; before: number } & EpochAt)
  | ({ kind: 'put examples'; ids: string[]; before: number } & EpochAt)
  | ({ kind: 'leave out examples'; places: number[] } & EpochAt)
  | ({ kind: 'keep order' } & EpochAt);

/** The methods of the worker. */
export interface Compiling {
  /** What a text says and what is wrong with it; changes nothing of what is open. */
  read(text: string, file: string): ReadExperiment;
  open(text: string, file: string): Opened;
  addData(slice: DataSlice): void;
  /** Parts and orders of the experiment that its dataset can't fill, at their places in the file. */
  faults(): Problem[];
  stages(at: VariantAt): StageOutline[];
  /** Examples of each step of a pass. May need the tokenizer. */
  steps(at: EpochAt): Promise<number[]>;
  /** Some of the examples of a pass, in order. */
  rows(at: EpochAt, from: number, to: number): Row[];
  edit(wish: Wish): Edited;
  /** The example at a line of a file, or the last one before it. */
  exampleAt(file: string, line: number): string | undefined;
  /** What the model sees of an example: in a variant and stage, or in the first that trains on it. */
  seeExample(at: Partial<VariantAt> & { seed: number }, id: string, stage?: number): Promise<Sheet>;
  /** What the model sees in a step, from 1. */
  seeStep(at: EpochAt, step: number): Promise<Sheet>;
}
