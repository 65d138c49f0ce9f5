/** Waiting for what is mostly quick: a notification with a way to stop it comes only when it takes long. */
import * as vscode from 'vscode';

/** Milliseconds before anything is said. */
const patience = 700;

export async function patiently<T>(title: string, work: Promise<T>, stop: () => void): Promise<T> {
  const timer = setTimeout(() => void tell(title, work, stop), patience);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

function tell(title: string, work: Promise<unknown>, stop: () => void): Thenable<void> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_, cancelled) => {
    cancelled.onCancellationRequested(stop);
    return work.then(
      () => undefined,
      () => undefined,
    );
  });
}
