/**
 * The processes below one, for ending them all. torchrun gives each rank a session of its own, so that ending torchrun's
 * group reaches no rank.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parentOf, works } from './processes';

/** Ids of all processes below one, nearest first. */
export function descendants(pid: number): number[] {
  const parents = process.platform === 'linux' ? parentsFromProc() : parentsFromPs();
  const found = [pid];
  for (const parent of found) for (const [child, of] of parents) if (of === parent) found.push(child);
  return found.slice(1);
}

/**
 * Ends processes at once, each with the group that it leads; those that are gone already are passed over. Resolves when
 * all are gone, or some seconds later.
 */
export async function endAll(pids: Iterable<number>): Promise<void> {
  const all = [...pids];
  for (const pid of all) for (const target of [-pid, pid]) kill(target);
  for (let tries = 500; tries > 0 && all.some(works); tries--) await delay(10);
}

/** A process, or a group by its leader's id with a minus. */
function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}

/** The parent of every process. */
function parentsFromProc(): [number, number][] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.flatMap((pid): [number, number][] => {
    const parent = parentOf(pid);
    return parent === undefined ? [] : [[pid, parent]];
  });
}

function parentsFromPs(): [number, number][] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const lines = (stdout ?? '').trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
}
