/** What this machine has, and what a process may take of it. */
import { existsSync, readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';

/** Bytes that a process may take here: the machine's, or what its container leaves of them. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Those of them that are free. */
export function freeMemory(): number {
  // Before 20.13 Node knows only of the machine's.
  const free = process.availableMemory ? process.availableMemory() : freemem();
  return Math.min(free, machineMemory());
}

/** Bytes of address space that this process may take (`ulimit -v`); undefined where there is no such limit. */
export function addressLimit(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const limit = /^Max address space +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return limit ? Number(limit[1]) : undefined;
}

/** What NVIDIA's driver leaves on a Linux, in WSL and on Windows. */
const tracesOfNvidia = [
  '/proc/driver/nvidia/version',
  '/dev/nvidiactl',
  '/usr/lib/wsl/lib/libcuda.so.1',
  'C:\\Windows\\System32\\nvidia-smi.exe',
];

/** Whether there is a driver for GPUs of NVIDIA, told without asking it, which takes seconds. */
export const hasNvidia = (): boolean => tracesOfNvidia.some((file) => existsSync(file));
