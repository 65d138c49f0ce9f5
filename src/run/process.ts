/**
 * Which process is at work on a run, and is it still? Ids are reused, so where the system says when a process began
 * (Linux) that is compared too. Of a process on another machine only its signs can be seen: lock.ts gives them.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessMark {
  pid: number;
  host: string;
  /** Boot of the machine and clock ticks from there to the start of the process. */
  processStart?: string;
  /** When it last gave a sign, milliseconds since 1970: only of who holds a lock. */
  sign?: number;
}

/** Milliseconds without a sign after which a process on another machine counts as gone; shared disks show files late. */
export const silence = 180_000;

/** This machine's name; a job of Slurm knows it by the name that Slurm gives it. */
const thisHost = () => process.env.SLURMD_NODENAME || hostname();

/** Whether the marked process is, or was, one of this machine. */
export const isHere = ({ host }: ProcessMark) => host === thisHost();

/** The mark of a process on this machine; of this process unless told otherwise. */
export function markOf(pid: number = process.pid): ProcessMark {
  return { pid, host: thisHost(), processStart: statusOf(pid)?.start };
}

/** Whether the marked process is alive and is the same one. */
export function isAlive(mark: ProcessMark): boolean {
  if (!isHere(mark)) return mark.sign !== undefined && Date.now() - mark.sign < silence;
  if (!exists(mark.pid)) return false;
  const status = statusOf(mark.pid);
  if (status?.ended) return false;
  return !status || !mark.processStart || status.start === mark.processStart;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields 3 (state) and 22 (start) of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets. */
function statusOf(pid: number): { ended: boolean; start: string } | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (!stat) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return { ended: fields[0] === 'Z' || fields[0] === 'X', start: `${boot}/${fields[19]}` };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
