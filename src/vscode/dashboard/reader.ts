/** Reads the events of a run that is shown, a little at a time, so that the window never waits. */
import { setImmediate } from 'node:timers/promises';
import type { RunFacts } from '../../../webview/messages';
import type { RunFolder } from '../../run/folder';
import { splitsOf } from '../../run/summary';
import { RunWatch } from '../../run/watch';
import type { LiveRun } from '../lab';
import { entryOf } from './entries';
import type { ShownRun } from './projection';
import { RunModel } from './run-model';

/** Bytes of events at a time: a few milliseconds. */
const portion = 262_144;

export class RunReader {
  readonly splits;
  readonly model: RunModel;
  private readonly watch: RunWatch;
  private reading?: Promise<void>;
  private isStale = false;

  constructor(readonly folder: RunFolder) {
    this.splits = splitsOf(folder);
    this.model = new RunModel(this.splits);
    this.watch = new RunWatch(folder);
  }

  /** Reads what there is; calls back after each portion that brought something. */
  read(onNews: () => void): Promise<void> {
    this.isStale = true;
    this.reading ??= this.readOn(onNews).finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** What has been read, with how the run stands. */
  shown(run: LiveRun): ShownRun {
    const { curve, restarts } = this.model;
    return { facts: this.facts(run), curve, restarts };
  }

  facts(run: LiveRun): RunFacts {
    const { reason, progress, folder } = run;
    return {
      ...entryOf(run),
      ...this.model.told(),
      ...{ reason, splits: this.splits, model: folder.identity.model },
      progress: progress && { done: progress.done, secondsLeft: progress.secondsLeft },
    };
  }

  /** Until nothing comes and nobody has asked again meanwhile. */
  private async readOn(onNews: () => void): Promise<void> {
    while (this.isStale) {
      await setImmediate();
      const news = this.watch.poll(portion);
      this.isStale = news.events.length > 0 || news.restarted;
      if (!this.isStale) return;
      this.model.take(news);
      onNews();
    }
  }
}
