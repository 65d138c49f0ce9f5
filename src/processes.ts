/** What this machine's system says of its processes by their ids, which it gives again. */
import { readFileSync } from 'node:fs';

/** Whether there is such a process; one that has ended and that nobody has asked for yet is none. */
export function works(pid: number): boolean {
  return exists(pid) && !['Z', 'X'].includes(statusOf(pid)?.state ?? '');
}

/** Boot of the machine and clock ticks from there to the start of the process; undefined where the system tells none. */
export function startOf(pid: number): string | undefined {
  const status = statusOf(pid);
  return status && `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${status.start}`;
}

/** Id of the process that started it, or has taken it over; undefined where the system tells none. */
export function parentOf(pid: number): number | undefined {
  return statusOf(pid)?.parent;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields 3 (state), 4 (parent) and 22 (start) of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets. */
function statusOf(pid: number): { state: string; parent: number; start: string } | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (!stat) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], parent: Number(fields[1]), start: fields[19] };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
