/** Which document or question stands at a place of a file. Pure. */
import type { Dataset, Document, Question } from '../../dataset/model';
import { eachInPortions } from '../../portions';

type Item = Document | Question;

export class Places {
  private readonly files = new Map<string, Item[]>();
  /** Files whose items do not come in their order, as where questions stand between documents. */
  private readonly mixed = new Set<Item[]>();

  static async of({ documents, questions }: Dataset): Promise<Places> {
    const places = new Places();
    await eachInPortions<Item>(documents, (item) => places.add(item));
    await eachInPortions<Item>(questions, (item) => places.add(item));
    for (const items of places.mixed) items.sort(byPlace);
    return places;
  }

  /** The last one that begins at a place or before it. Lines and columns count from 1. */
  at(file: string, line: number, column = Infinity): Item | undefined {
    const items = this.files.get(file) ?? [];
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { source } = items[middle];
      if (source.line < line || (source.line === line && (source.column ?? 1) <= column)) low = middle + 1;
      else high = middle;
    }
    return items[low - 1];
  }

  private add(item: Item): void {
    const items = this.files.get(item.source.file);
    if (!items) this.files.set(item.source.file, [item]);
    else if (byPlace(items[items.length - 1], item) > 0) this.mixed.add(items);
    items?.push(item);
  }
}

/** A document before the question that stands in its row. */
function byPlace(a: Item, b: Item): number {
  const byColumn = (a.source.column ?? 1) - (b.source.column ?? 1);
  return a.source.line - b.source.line || byColumn || Number('question' in a) - Number('question' in b);
}
