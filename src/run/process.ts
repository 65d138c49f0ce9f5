/**
 * Which process is at work on a run, and is it still? Ids are reused, so where the system says when a process began
 * (Linux) that is compared too. Of a process on another machine only its signs can be seen: lock.ts gives them.
 */
import { hostname } from 'node:os';
import { startOf, works } from '../processes';

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
  return { pid, host: thisHost(), processStart: startOf(pid) };
}

/** Whether the marked process is alive and is the same one. */
export function isAlive(mark: ProcessMark): boolean {
  if (!isHere(mark)) return mark.sign !== undefined && Date.now() - mark.sign < silence;
  if (!works(mark.pid)) return false;
  const start = startOf(mark.pid);
  return !start || !mark.processStart || start === mark.processStart;
}
