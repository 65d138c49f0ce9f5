/** The states of a run, and what each allows. Reads nothing, so that pages may ask too; state.ts tells the state. */

/** `waiting` has been asked for, and a living process will start it when its turn comes. */
export type RunState = 'waiting' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';

interface Standing {
  state: RunState;
}

/** Whether a process has the run or will take it. */
export const isAtWork = ({ state }: Standing) => state === 'running' || state === 'waiting';

/** Whether the run has ended before its end, and may be resumed. */
export const canGoOn = ({ state }: Standing) => state === 'stopped' || state === 'failed' || state === 'interrupted';
