/** What the view knows of each dataset, for as long as the dataset stays the same; and the filter. */
import type { LoadedDataset } from '../../dataset/load';
import type { Holding, Library } from '../lab';
import { Contents } from './contents';
import { Marks } from './marks';
import type { Shelf } from './nodes';
import { Places } from './places';

interface Kept {
  loaded: LoadedDataset;
  filter: string;
  shelf: Promise<Shelf>;
}

export class Shelves {
  /** Text that titles, questions or answers must hold to be shown. */
  filter = '';
  private readonly kept = new Map<string, Kept>();
  private readonly wholes = new WeakMap<LoadedDataset, Promise<Contents>>();
  private readonly known = new WeakMap<LoadedDataset, Promise<Places>>();
  /** What can be shown at once, while a change is still being read. */
  private readonly ready = new Map<string, Shelf>();

  constructor(private readonly library: Library) {}

  async of(holding: Holding): Promise<Shelf> {
    const loaded = await this.library.load(holding);
    const { filter } = this;
    const kept = this.kept.get(holding.key);
    if (kept?.loaded === loaded && kept.filter === filter) return kept.shelf;
    const shelf = this.make(loaded, filter);
    this.kept.set(holding.key, { loaded, filter, shelf });
    void shelf.then((made) => this.ready.set(holding.key, made));
    return shelf;
  }

  /** What was known of a dataset last. */
  last({ key }: Holding): Shelf | undefined {
    return this.ready.get(key);
  }

  async placesOf(holding: Holding): Promise<Places> {
    return this.places(await this.library.load(holding));
  }

  private async make(loaded: LoadedDataset, filter: string): Promise<Shelf> {
    const whole = await this.whole(loaded);
    const contents = filter === '' ? whole : await Contents.of(loaded.dataset, filter);
    const marks = new Marks(loaded.problems, loaded.dataset, await this.places(loaded));
    return { contents, whole, marks };
  }

  private whole(loaded: LoadedDataset): Promise<Contents> {
    const known = this.wholes.get(loaded) ?? Contents.of(loaded.dataset);
    this.wholes.set(loaded, known);
    return known;
  }

  private places(loaded: LoadedDataset): Promise<Places> {
    const known = this.known.get(loaded) ?? Places.of(loaded.dataset);
    this.known.set(loaded, known);
    return known;
  }
}
