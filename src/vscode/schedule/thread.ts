/** The window's end of the thread that compiles schedules: told what it does not know before it is asked. */
import type { Dataset } from '../../dataset/model';
import { UserError } from '../../errors';
import { Desk } from '../desk';
import type { Compiling, Opened } from './protocol';

/** The worker's file. */
export const scheduleWorker = 'schedule-worker.cjs';

/** What a thread has to know before it is asked. */
export interface Told {
  file: string;
  text: string;
  dataset?: Dataset;
}

type Method = keyof Compiling;
export type Result<Name extends Method> = Awaited<ReturnType<Compiling[Name]>>;

/** Texts in a message: few enough that sending one holds nothing up. */
const sliceSize = 2000;

export class CompilerThread {
  private readonly desk: Desk<Compiling>;
  private told?: Told;
  private telling: Promise<unknown> = Promise.resolve();

  /** @param bundle the worker's file, beside the one that this is in */
  constructor(bundle: string) {
    this.desk = new Desk(bundle, () => (this.told = undefined));
  }

  /** Says what the file holds now; answers with what it compares. */
  open({ text, file }: Told): Promise<Opened> {
    const opened = this.desk.do('open', text, file);
    this.told = { ...this.told, text, file };
    return opened;
  }

  /** Asks about a file and its dataset, told first if the thread doesn't know them yet. */
  async ask<Name extends Method>(
    about: Told,
    method: Name,
    ...words: Parameters<Compiling[Name]>
  ): Promise<Result<Name>> {
    const asking = this.telling.then(async () => {
      await this.tell(about);
      // Asked at once, before anybody tells something else; answered in its turn.
      return { answer: this.desk.do(method, ...(words as never)) as Promise<Result<Name>> };
    });
    this.telling = asking.catch(() => undefined);
    return (await asking).answer;
  }

  /** Ends what it is doing; the next question finds a thread that knows nothing. */
  stop(): void {
    this.desk.stop(new UserError('This was stopped.'));
  }

  private async tell({ file, text, dataset }: Told): Promise<void> {
    if (dataset && dataset !== this.told?.dataset) await this.tellDataset(dataset);
    const { told } = this;
    if (text !== told?.text || file !== told.file) void this.desk.do('open', text, file).catch(() => undefined);
    this.told = { file, text, dataset: dataset ?? told?.dataset };
  }

  private async tellDataset(dataset: Dataset): Promise<void> {
    const { documents, questions } = dataset;
    const longest = Math.max(documents.length, questions.length, 1);
    for (let from = 0; from < longest; from += sliceSize) {
      const slice = <T>(all: readonly T[]) => all.slice(from, from + sliceSize);
      const piece = { documents: slice(documents), questions: slice(questions), first: from === 0 };
      await this.desk.do('addData', piece);
    }
  }
}
