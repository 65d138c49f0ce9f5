/** Opens the text of a file for edits, by its format. */
import path from 'node:path';
import { UserError } from '../../errors';
import type { InputFile } from '../source';
import { QaSheet } from './qa-sheet';
import { isReadOnly } from './read-only';
import { RowSheet } from './row-sheet';
import type { Sheet } from './sheet';
import { SquadSheet } from './squad-sheet';
import { TextSheet } from './text-sheet';

/** @param text without a byte order mark; @throws UserError for a file that is not text */
export function openSheet(text: string, file: InputFile): Sheet {
  if (isReadOnly(file))
    throw new UserError(`${path.basename(file.path)} is Parquet, which can only be read: convert it to JSONL.`);
  switch (file.format) {
    case 'qa':
      return new QaSheet(text, file);
    case 'squad':
      return new SquadSheet(text, file);
    case 'text':
      return new TextSheet(text);
    case 'wiki':
    case 'table':
      return new RowSheet(text, file);
  }
}
