/**
 * What the thread that reads datasets does (worker.ts): reads one and hands it over in slices, each small enough that
 * taking it in holds nothing up. What the files gave is kept for the next time.
 */
import { FileMemory } from '../../dataset/file-memory';
import { type LoadedDataset, loadDataset } from '../../dataset/load';
import type { Dataset } from '../../dataset/model';
import type { DatasetSource } from '../../dataset/source';
import { stampOf } from '../../dataset/stamp';
import { slicesOf } from './slices';

/** A slice, or after the last one everything but the dataset. */
export type Piece = { slice: Dataset } | { rest: Omit<LoadedDataset, 'dataset'> };

export class Reading {
  private readonly memory = new FileMemory();
  private unsent?: { slices: Generator<Dataset>; rest: Omit<LoadedDataset, 'dataset'> };

  /**
   * The first piece; what is left of the dataset before is not sent any more.
   * @param unsaved texts that editors hold, under the paths of their files
   */
  async load(sources: DatasetSource[], unsaved: Map<string, string>): Promise<Piece> {
    const { dataset, ...rest } = await loadDataset(sources, { unsaved, memory: this.memory });
    this.unsent = { slices: slicesOf(dataset), rest };
    return this.next();
  }

  /** What tells whether the files are still those that were read. */
  stamp(sources: DatasetSource[]): Promise<string> {
    return stampOf(sources);
  }

  next(): Piece {
    const { slices, rest } = this.unsent!;
    const { value: slice } = slices.next();
    if (slice) return { slice };
    this.unsent = undefined;
    return { rest };
  }
}
