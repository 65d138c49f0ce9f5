/** Long work: shown with how far it is, and with a button that ends it. */
import * as vscode from 'vscode';
import type { Watch } from './desk';

export interface LongWork {
  title: string;
  /** Ends the work as well as the person can. */
  until?: AbortSignal;
}

/** What is being done, and how much of all is done, from 0 to 1, where that is known. */
export interface Step {
  line: string;
  share?: number;
}

/** Gives what the work gives. @throws CancellationError when it was ended, be it too late */
export async function followed<T>({ title, until }: LongWork, work: (watch: Watch<Step>) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort(new vscode.CancellationError()));
    const signal = until ? AbortSignal.any([stop.signal, until]) : stop.signal;
    let before = 0;
    const tell = ({ line, share }: Step) => {
      progress.report({ message: line, increment: share === undefined ? undefined : 100 * (share - before) });
      before = share ?? before;
    };
    try {
      return await work({ signal, tell });
    } finally {
      signal.throwIfAborted();
    }
  });
}
