/**
 * How a run stands. Its events say how it began and ended; whether it still runs only the process can tell, for a
 * process that was killed writes no last event. A process on another machine touches its lock.
 */
import type { RunEvent } from './events';
import { sizeOf } from './files';
import { runFiles, type RunFolder } from './folder';
import { isAlive, isHere, type ProcessMark } from './process';
import type { RunState } from './states';

/** The state of a run of any length at once: only the end of its events is read. */
export function stateOf(folder: RunFolder): RunState {
  return stateFrom(folder, lastEvents(folder));
}

/** The same where the events have been read already, or the last of them: the last beginning or ending counts. */
export function stateFrom(folder: RunFolder, events: readonly RunEvent[]): RunState {
  const last = events.findLast(isTurn);
  const mark = workerOf(folder, last);
  if (mark && isAlive(mark)) return 'running';
  if (isWaiting(folder, last)) return 'waiting';
  return last && last.type !== 'started' ? last.type : 'interrupted';
}

/** The process that is at work, or was when it died; only its lock has the signs of one on another machine. */
function workerOf(folder: RunFolder, last: Turn | undefined): ProcessMark | undefined {
  if (!last) return folder.holder();
  if (last.type !== 'started') return undefined;
  return isHere(last) ? last : folder.holder();
}

/** In a queue of this machine, or as a job elsewhere that was handed over after all that has happened so far. */
function isWaiting(folder: RunFolder, last: Turn | undefined): boolean {
  const queued = folder.queued();
  if (queued && isAlive(queued)) return true;
  const job = folder.job();
  return job !== undefined && (!last || last.time < job.time);
}

/** The bytes at the end of the events in which a run that has ended says so. */
const ending = 65_536;

/** The last events of a run; the first line may be cut and is left out as damaged. */
export function lastEvents(folder: RunFolder): RunEvent[] {
  return folder.readEvents(Math.max(0, sizeOf(folder.file(runFiles.events)) - ending)).events;
}

type Turn = Extract<RunEvent, { type: 'started' | 'finished' | 'stopped' | 'failed' }>;

function isTurn(event: RunEvent): event is Turn {
  return ['started', 'finished', 'stopped', 'failed'].includes(event.type);
}
