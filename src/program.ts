/** Runs a program of the system to its end and tells its lines while they come; without a shell. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Ended {
  /** Exit code; null where a signal ended it or it could not be started. */
  code: number | null;
  /** All that it wrote, to either stream, in order. */
  lines: string[];
  /** Why it could not be started. */
  refusal?: string;
}

export interface ProgramOptions {
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
}

/** Rejects only where `signal` aborts it, once it has ended. */
export function runProgram(
  [program, ...words]: readonly string[],
  { signal, env = {}, onLine }: ProgramOptions = {},
): Promise<Ended> {
  const lines: string[] = [];
  const child = spawn(program, words, {
    signal,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      onLine?.(line);
    });
  return new Promise((resolve, reject) => {
    let aborted: Error | undefined;
    child.on('error', (error) => {
      if (error.name === 'AbortError') aborted = error;
      else resolve({ code: null, lines, refusal: error.message });
    });
    child.on('close', (code) => (aborted ? reject(aborted) : resolve({ code, lines })));
  });
}
