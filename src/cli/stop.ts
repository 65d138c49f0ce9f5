/** Work that somebody may stop half-way: a signal asks it to end cleanly. */

/** What a shell expects of a program that was interrupted. */
const interruptedCode = 130;

/** What the work gives; undefined, and `stopped` said, if somebody stopped it. */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>, stopped: string): Promise<T | undefined> {
  const stop = new AbortController();
  const release = onSignals(() => stop.abort());
  try {
    return await work(stop.signal).finally(clearLine);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error(stopped);
    process.exitCode = interruptedCode;
  } finally {
    release();
  }
}

/** Calls `act` instead of ending when somebody wants the program to end; returns what takes that back. */
function onSignals(act: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, act);
  return () => signals.forEach((signal) => process.off(signal, act));
}

/** On a terminal, puts `text` in place of the line that was shown before. */
export function showLine(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

export const clearLine = (): void => showLine('');
