/** What people do to a dataset, and the edits of files that it takes. */
import type { Dataset } from '../model';
import type { DatasetSource, InputFile } from '../source';
import type { TextEdit } from './text';

export type Change =
  | { kind: 'add question'; document: string; question: string; answers: readonly string[]; before?: string }
  /** Behind a document, or behind the last one of the split. */
  | { kind: 'add document'; title: string; text: string; split: string; after?: string }
  | { kind: 'change question'; id: string; question?: string; answers?: readonly string[] }
  | { kind: 'change document'; id: string; title?: string; text?: string }
  /** Documents go with all their questions. */
  | { kind: 'delete'; ids: readonly string[] }
  /** Before a question of the document, or behind its last one; in the order that they have. */
  | { kind: 'move questions'; ids: readonly string[]; document: string; before?: string }
  /** With their questions, before a document of the split or behind its last one; in the order that they have. */
  | { kind: 'move documents'; ids: readonly string[]; split: string; before?: string };

export type FileEdit =
  | { kind: 'change'; file: string; edits: TextEdit[] }
  | { kind: 'create'; file: string; text: string }
  | { kind: 'delete'; file: string };

/** The dataset as it is now, and its files. */
export interface Desk {
  dataset: Dataset;
  sources: readonly DatasetSource[];
  files: readonly InputFile[];
  /** The text of a file. */
  read: (file: string) => Promise<string>;
}
