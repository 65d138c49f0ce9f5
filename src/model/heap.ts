/** A binary heap: the entry that comes before all others is taken first. */
export class Heap<T> {
  private readonly entries: T[] = [];

  /** `before(a, b)` says that a must be taken earlier than b. */
  constructor(private readonly before: (a: T, b: T) => boolean) {}

  push(entry: T): void {
    let at = this.entries.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(entry, this.entries[parent])) break;
      this.entries[at] = this.entries[parent];
      at = parent;
    }
    this.entries[at] = entry;
  }

  /** Takes the first entry; undefined if there is none. */
  pop(): T | undefined {
    const first = this.entries[0];
    const last = this.entries.pop();
    if (last !== undefined && this.entries.length > 0) this.sink(last);
    return first;
  }

  /** Puts `entry` where the first one was and lets it down to its place. */
  private sink(entry: T): void {
    const { entries, before } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < entries.length && before(entries[child + 1], entries[child])) child++;
      if (child >= entries.length || !before(entries[child], entry)) break;
      entries[at] = entries[child];
      at = child;
    }
    entries[at] = entry;
  }
}
