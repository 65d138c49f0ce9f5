/** What becomes of failures: a person is told what can be mended, the log keeps the rest. */
import * as vscode from 'vscode';
import { messageOf, UserError } from '../errors';
import type { Lab } from './lab';

/** Work that nobody waits for: where it fails the log tells. */
export function unattended(lab: Pick<Lab, 'log'>, work: Promise<unknown>): void {
  work.catch((error: unknown) => lab.log.error(error instanceof Error ? error : String(error)));
}

/** What a person can mend becomes a message; everything else keeps its stack in the log. Who takes back says nothing. */
export function telling<Words extends unknown[], T>(lab: Pick<Lab, 'log'>, act: (...words: Words) => T | Promise<T>) {
  return async (...words: Words): Promise<T | undefined> => {
    try {
      return await act(...words);
    } catch (error) {
      if (error instanceof vscode.CancellationError) return undefined;
      if (!(error instanceof UserError)) lab.log.error(error as Error);
      void vscode.window.showErrorMessage(messageOf(error));
      return undefined;
    }
  };
}
