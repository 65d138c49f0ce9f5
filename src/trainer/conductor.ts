/**
 * The conductor process: `node conductor.cjs OUT JOBS [allowed]`. It trains the runs in a folder that wait for it, in the order of
 * their turns, and outlives the window that started it. The line is complete when its input ends. Two conductors of one
 * folder work one after the other.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runsBelow } from '../run/find';
import { RunFolder } from '../run/folder';
import { keepLock, releaseLock, TakenError, takeLock } from '../run/lock';
import { summarizeRun } from '../run/summary';
import { writeComparison } from '../run/write-comparison';
import { conduct } from './conduct';

async function main(out: string, jobs: number, allowed: boolean): Promise<void> {
  const lock = join(out, 'conductor.lock');
  await lineComplete();
  await takeTurn(lock, out);
  keepLock(lock);
  try {
    await conduct(ownRuns(out), { jobs, allowed });
    writeComparison(out, runsIn(out).map(summarizeRun));
  } finally {
    releaseLock(lock, out);
  }
}

/** Whoever starts a conductor marks the runs for it afterwards, and then ends its input. */
async function lineComplete(): Promise<void> {
  process.stdin.resume();
  await once(process.stdin, 'end');
}

/** Waits until no other conductor has the folder. */
async function takeTurn(lock: string, out: string): Promise<void> {
  for (;;) {
    try {
      return takeLock(lock, out);
    } catch (error) {
      if (!(error instanceof TakenError)) throw error;
      await setTimeout(500);
    }
  }
}

/** What was lined up for this process, in order. */
function ownRuns(out: string): RunFolder[] {
  const turnOf = (run: RunFolder) => run.queued()!.turn;
  const own = runsIn(out).filter((run) => run.queued()?.pid === process.pid);
  return own.sort((a, b) => turnOf(a) - turnOf(b));
}

const runsIn = (out: string) => runsBelow(out, 1).map((path) => RunFolder.open(path));

void main(process.argv[2], Number(process.argv[3]), process.argv[4] === 'allowed');
