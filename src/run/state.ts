/**
 * How a run stands. Its events say how it began and ended; whether it still runs only the process can tell, for a
 * process that was killed writes no last event.
 */
import type { RunEvent } from './events';
import type { RunFolder } from './folder';
import { isAlive } from './process';

export type RunState = 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';

/** The state of a run from its folder. */
export function stateOf(folder: RunFolder): RunState {
  return stateFrom(folder, folder.readEvents().events);
}

/** The same where the events have been read already: the last beginning or ending counts. */
export function stateFrom(folder: RunFolder, events: readonly RunEvent[]): RunState {
  const last = events.findLast(isTurn);
  if (last && last.type !== 'started') return last.type;
  const mark = last ?? folder.holder();
  return mark && isAlive(mark) ? 'running' : 'interrupted';
}

type Turn = Extract<RunEvent, { type: 'started' | 'finished' | 'stopped' | 'failed' }>;

function isTurn(event: RunEvent): event is Turn {
  return ['started', 'finished', 'stopped', 'failed'].includes(event.type);
}
