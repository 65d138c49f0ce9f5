/**
 * The processes below one, for ending them all. torchrun gives each rank a session of its own, so that ending torchrun's
 * group reaches no rank.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

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
  for (const pid of all) for (const target of [-pid, pid]) reaches(target, 'SIGKILL');
  for (let tries = 500; tries > 0 && all.some(isRunning); tries--) await delay(10);
}

/** Whether there is such a process or group of one's own; the signal 0 does nothing to it. */
function reaches(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
}

/** One that has ended and is not forgotten yet does not count. */
function isRunning(pid: number): boolean {
  if (!reaches(pid, 0)) return false;
  return process.platform !== 'linux' || !['Z', 'X', undefined].includes(fieldsOf(String(pid))?.[0]);
}

/** The parent of every process. */
function parentsFromProc(): [number, number][] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid): [number, number][] => {
    const fields = fieldsOf(pid);
    return fields ? [[Number(pid), Number(fields[1])]] : [];
  });
}

/** What /proc/PID/stat says behind the name: state, parent and so on; undefined for a process that has just ended. */
function fieldsOf(pid: string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function parentsFromPs(): [number, number][] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const lines = (stdout ?? '').trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
}
