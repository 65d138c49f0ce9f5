/**
 * How a run stands. Its events say how it began and ended; whether it still runs only the process can tell, for a
 * process that was killed writes no last event.
 */
import type { RunEvent } from './events';
import { sizeOf } from './files';
import { runFiles, type RunFolder } from './folder';
import { isAlive } from './process';
import type { RunState } from './states';

/** The state of a run from its folder. */
export function stateOf(folder: RunFolder): RunState {
  return stateFrom(folder, folder.readEvents().events);
}

/** The same where the events have been read already, or the last of them: the last beginning or ending counts. */
export function stateFrom(folder: RunFolder, events: readonly RunEvent[]): RunState {
  const last = events.findLast(isTurn);
  const mark = last?.type === 'started' ? last : last ? undefined : folder.holder();
  if (mark && isAlive(mark)) return 'running';
  if (isWaiting(folder)) return 'waiting';
  return last && last.type !== 'started' ? last.type : 'interrupted';
}

function isWaiting(folder: RunFolder): boolean {
  const queued = folder.queued();
  return queued !== undefined && isAlive(queued);
}

/** The bytes at the end of the events in which a run that has ended says so. */
const ending = 65_536;

/** The state of a run of any length at once: only the end of its events is read. */
export function stateAtOnce(folder: RunFolder): RunState {
  return stateFrom(folder, lastEvents(folder));
}

/** The last events of a run; the first line may be cut and is left out as damaged. */
export function lastEvents(folder: RunFolder): RunEvent[] {
  return folder.readEvents(Math.max(0, sizeOf(folder.file(runFiles.events)) - ending)).events;
}

type Turn = Extract<RunEvent, { type: 'started' | 'finished' | 'stopped' | 'failed' }>;

function isTurn(event: RunEvent): event is Turn {
  return ['started', 'finished', 'stopped', 'failed'].includes(event.type);
}
