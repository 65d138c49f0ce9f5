/** The window's end of the thread that reads datasets: one after another, each taken in piece by piece. */
import { setImmediate } from 'node:timers/promises';
import type { LoadedDataset } from '../../dataset/load';
import type { Dataset } from '../../dataset/model';
import type { DatasetSource } from '../../dataset/source';
import { Desk } from '../desk';
import type { Reading } from './jobs';

export class DatasetReader {
  private readonly desk: Desk<Reading>;
  private turn: Promise<unknown> = Promise.resolve();

  /** @param bundle the worker's file, beside the one that this is in */
  constructor(bundle: string) {
    this.desk = new Desk(bundle);
  }

  /** @param unsaved texts that editors hold, under the paths of their files */
  load(sources: DatasetSource[], unsaved: Map<string, string>): Promise<LoadedDataset> {
    const loaded = this.turn.then(() => this.read(sources, unsaved));
    this.turn = loaded.catch(() => undefined);
    return loaded;
  }

  /** See `stampOf`. */
  stamp(sources: DatasetSource[]): Promise<string> {
    return this.desk.do('stamp', sources);
  }

  dispose(): void {
    this.desk.dispose();
  }

  private async read(sources: DatasetSource[], unsaved: Map<string, string>): Promise<LoadedDataset> {
    const dataset: Dataset = { documents: [], questions: [] };
    const names = new Map<string, string>();
    let piece = await this.desk.do('load', sources, unsaved);
    for (; 'slice' in piece; piece = await this.desk.do('next')) {
      take(piece.slice, dataset, names);
      await setImmediate();
    }
    return { dataset, ...piece.rest };
  }
}

/** The names of files come as new texts with every message; one of each is enough. */
function take(slice: Dataset, { documents, questions }: Dataset, names: Map<string, string>): void {
  const once = (name: string) => names.get(name) ?? (names.set(name, name), name);
  for (const { source } of [...slice.documents, ...slice.questions]) source.file = once(source.file);
  for (const document of slice.documents) documents.push(document);
  for (const question of slice.questions) questions.push(question);
}
