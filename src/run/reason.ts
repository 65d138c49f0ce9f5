/** Why a run stands as it does, in a sentence: what its last event says, or how its process died. */
import { existsSync } from 'node:fs';
import { readTail } from './files';
import { type Exit, runFiles, type RunFolder } from './folder';
import { duration } from './format';
import { isHere } from './process';
import { lastEvents } from './state';
import type { RunState } from './states';

/** Of a run that was made, and then taken out of its queue or left alone by it. */
export const notBegun = 'It has not begun.';

/** Undefined where there is nothing to explain: a run that waits, runs or has finished. */
export function reasonOf(folder: RunFolder, state: RunState): string | undefined {
  if (state === 'interrupted') return deathOf(folder);
  const last = lastEvents(folder).findLast(({ type }) => type === state);
  return last && 'reason' in last ? last.reason : undefined;
}

/** The end of a run's log, for when its process died without a word. */
export function lastWords(folder: RunFolder, lines = 5): string {
  return readTail(folder.file(runFiles.log), 4096).trimEnd().split('\n').slice(-lines).join('\n');
}

function deathOf(folder: RunFolder): string {
  const exit = existsSync(folder.file(runFiles.exit)) ? folder.readJson<Exit>(runFiles.exit) : undefined;
  if (exit) return exitSentence(exit);
  const holder = folder.holder();
  if (!holder) return notBegun;
  if (!isHere(holder)) {
    return `It ran on ${holder.host}, which has given no sign for ${duration((Date.now() - holder.sign) / 1000)}.`;
  }
  return `Its process ${holder.pid} is gone, and nobody saw it end.`;
}

/** @param exit of a process that wrote no last event */
function exitSentence({ code, signal, reason }: Exit): string {
  if (reason) return reason;
  if (signal === 'SIGKILL') return 'Its process was killed (SIGKILL), as the system does when memory runs out.';
  if (signal) return `Its process was ended by the signal ${signal}.`;
  return `Its process ended with code ${code} before its work was done.`;
}
