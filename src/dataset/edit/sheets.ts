/** The files that a change touches, each opened once, and what becomes of them. */
import path from 'node:path';
import { UserError } from '../../errors';
import { defaultLineLimit } from '../lines';
import { type DatasetSource, type Format, type InputFile, placeOf } from '../source';
import type { Desk, FileEdit } from './change';
import { openSheet } from './open-sheet';
import type { Sheet } from './sheet';
import { applyEdits, merged, replaced } from './text';

const mark = '\uFEFF';

interface Opened {
  sheet: Sheet;
  /** Without a byte order mark. */
  text: string;
  /** How far that moves what follows it. */
  shift: number;
  isNew: boolean;
}

export class Sheets {
  private readonly opened = new Map<string, Opened>();
  private readonly made: FileEdit[] = [];

  constructor(private readonly desk: Desk) {}

  async of(file: string): Promise<Sheet> {
    const known = this.opened.get(file);
    if (known) return known.sheet;
    const content = await this.desk.read(file);
    const shift = content.startsWith(mark) ? 1 : 0;
    const text = content.slice(shift);
    const sheet = openSheet(text, this.input(file));
    this.opened.set(file, { sheet, text, shift, isNew: false });
    return sheet;
  }

  /** The same for a file that may not exist yet. @throws UserError where the dataset would not read it */
  async ofMaybe(file: string, format: Format): Promise<Sheet> {
    if (this.opened.has(file) || this.find(file)) return this.of(file);
    const sheet = openSheet('', newInput(this.sourceOf(file, format), file, format));
    this.opened.set(file, { sheet, text: '', shift: 0, isNew: true });
    return sheet;
  }

  /** How a file of the dataset is read. */
  input(file: string): InputFile {
    const found = this.find(file);
    if (!found) throw new UserError(`The dataset does not read ${file}.`);
    return found;
  }

  create(file: string, format: Format, text: string): void {
    this.sourceOf(file, format);
    this.made.push({ kind: 'create', file, text });
  }

  delete(file: string): void {
    this.made.push({ kind: 'delete', file });
  }

  edits(): FileEdit[] {
    const going = new Set(this.made.map(({ file }) => file));
    const changes = [...this.opened].filter(([file]) => !going.has(file)).flatMap(([file, one]) => editsOf(file, one));
    return [...changes, ...this.made];
  }

  private find(file: string): InputFile | undefined {
    return this.desk.files.find((one) => one.path === file);
  }

  /** The folder of the dataset that a new file would be read from. */
  private sourceOf(file: string, format: Format): DatasetSource {
    const source = this.desk.sources.find(
      (one) => file.startsWith(one.path + path.sep) && (one.format === undefined || one.format === format),
    );
    if (!source)
      throw new UserError(
        `This needs a file ${path.basename(file)}, which the dataset would not read: name it, or its folder, in the data.`,
      );
    return source;
  }
}

function newInput(source: DatasetSource, file: string, format: Format): InputFile {
  const name = path.relative(source.path, file).split(path.sep).join('/');
  const { columns = {} } = source;
  return { path: file, name, format, ...placeOf(source, name, format), columns, lineLimit: defaultLineLimit };
}

function editsOf(file: string, { sheet, text, shift, isNew }: Opened): FileEdit[] {
  const edits = merged(sheet.edits()).flatMap((edit) => replaced(text, edit.start, edit.end, edit.text));
  if (edits.length === 0) return [];
  if (isNew) return [{ kind: 'create', file, text: applyEdits(text, edits) }];
  const shifted = edits.map((edit) => ({ ...edit, start: edit.start + shift, end: edit.end + shift }));
  return [{ kind: 'change', file, edits: shifted }];
}
