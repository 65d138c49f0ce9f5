/** One run as a window follows it: a little of its events at a time, so that a run of any length never blocks. */
import { existsSync } from 'node:fs';
import { runFiles, type RunFolder } from '../../run/folder';
import { isAlive } from '../../run/process';
import { type Evaluating, RunProgress } from '../../run/progress';
import { reasonOf } from '../../run/reason';
import { stateOf } from '../../run/state';
import { isAtWork, type RunState } from '../../run/states';
import { RunWatch } from '../../run/watch';
import type { LiveRun } from '../lab';

/** Bytes of events read at a time, a few milliseconds, and how many events are in a portion that is full. */
const portion = { bytes: 262_144, events: 200 };

/** Looks for which a dead process is given the benefit of the doubt. */
const patience = 4;

/** What a look has brought. */
export interface Glimpse {
  /** Something is new. */
  changed: boolean;
  /** The state is another one. */
  turned: boolean;
  /** There may be more to read. */
  more: boolean;
}

export class FollowedRun {
  private readonly watch: RunWatch;
  private readonly progress: RunProgress;
  private state: RunState;
  private reason?: string;
  private doubts = 0;

  constructor(readonly folder: RunFolder) {
    this.watch = new RunWatch(folder);
    this.progress = new RunProgress(folder.identity.work ?? []);
    this.state = stateOf(folder);
    this.reason = reasonOf(folder, this.state);
  }

  /** Whether something may happen to it at any moment: it runs or waits, or a process may be about to take it. */
  get isOpen(): boolean {
    if (this.isFinished) return false;
    if (isAtWork({ state: this.state })) return true;
    return [this.folder.holder(), this.folder.queued()].some((mark) => mark !== undefined && isAlive(mark));
  }

  get isFinished(): boolean {
    return this.state === 'finished';
  }

  /** Reads on. */
  look(): Glimpse {
    const { events, restarted } = this.watch.poll(portion.bytes);
    this.progress.take({ events, restarted });
    const state = this.settled(stateOf(this.folder));
    const turned = state !== this.state;
    if (turned) this.reason = reasonOf(this.folder, state);
    this.state = state;
    return { changed: turned || restarted || events.length > 0, turned, more: events.length > portion.events };
  }

  /** A process that has just died is believed dead a little later: whoever started it then has noted how it ended. */
  private settled(state: RunState): RunState {
    const hasJustDied = state === 'interrupted' && this.state !== 'interrupted';
    const isDoubtful = hasJustDied && !existsSync(this.folder.file(runFiles.exit)) && this.doubts < patience;
    this.doubts = isDoubtful ? this.doubts + 1 : 0;
    return isDoubtful ? this.state : state;
  }

  get live(): LiveRun {
    const { folder, state, reason } = this;
    return { folder, state, reason, progress: this.standing() };
  }

  /** Only what trains now has a progress. */
  private standing(): LiveRun['progress'] {
    const { total, done, secondsLeft, secondsToEvaluate, stage, step, evaluating } = this.progress;
    if (this.state !== 'running') return undefined;
    if (total === 0) return evaluating && { done: answered(evaluating), secondsLeft: secondsToEvaluate, evaluating };
    const at = stage && { number: stage.stage, name: stage.name, steps: stage.steps, step: step?.step ?? 0 };
    return { done: done / total, secondsLeft, stage: at, evaluating };
  }
}

/** Where nothing is trained, answers are nearly all there is to do. */
function answered({ what, done, of }: Evaluating): number {
  return what === 'answers' ? done / of : 1;
}
