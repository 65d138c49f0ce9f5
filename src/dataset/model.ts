/**
 * The nouns of a dataset: documents, their questions, and where each stands in a file.
 * Nothing here reads or writes; readers make these values, schedules and views use them.
 */

/** A place in a text file. Lines and columns count from 1. */
export interface Source {
  file: string;
  line: number;
  column?: number;
}

export interface Document {
  id: string;
  title: string;
  text: string;
  /** `train`, `test`, `base` …: the folder or field that the document came from. */
  split: string;
  domain?: string;
  source: Source;
}

export interface Question {
  /** Unique in the dataset: `<documentId>?<ordinal of the question within its document, from 1>` unless the file names one. */
  id: string;
  documentId: string;
  question: string;
  /** Accepted answers, the preferred one first; never empty. */
  answers: string[];
  split: string;
  domain?: string;
  source: Source;
}

export interface Dataset {
  documents: Document[];
  questions: Question[];
}

/** What is wrong at one place of the input: one plain sentence. */
export interface Problem {
  severity: 'error' | 'warning';
  file: string;
  line: number;
  column: number;
  /** The field of the record that the problem is in, where there is one. */
  field?: string;
  message: string;
}
