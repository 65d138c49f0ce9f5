/** What is asked and shown while a model is imported. */
import * as vscode from 'vscode';
import { parseHubName } from '../../model/hub/name';
import type { Watch } from '../desk';
import type { Facts, Pace } from './protocol';
import { factsText } from './rows';

/** `OWNER/NAME`, with `@REVISION` where one is wanted; undefined where the person changed their mind. */
export async function askHubName(): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title: 'A model on the Hugging Face hub',
    prompt: 'OWNER/NAME, or OWNER/NAME@REVISION for a branch, tag or commit',
    placeHolder: 'HuggingFaceTB/SmolLM2-135M',
    ignoreFocusOut: true,
    validateInput: (text) => (isName(text.trim()) ? undefined : 'Write OWNER/NAME or OWNER/NAME@REVISION.'),
  });
  return name?.trim();
}

function isName(text: string): boolean {
  try {
    return parseHubName(`hub:${text}`) !== undefined;
  } catch {
    return false;
  }
}

export interface Question {
  question: string;
  /** The button that agrees. */
  yes: string;
  facts: Facts;
  /** What is downloaded and written, and where. */
  effect: string;
}

export async function agreed({ question, yes, facts, effect }: Question): Promise<boolean> {
  const detail = `${factsText(facts)}\n\n${effect}`;
  return (await vscode.window.showInformationMessage(question, { modal: true, detail }, yes)) === yes;
}

export interface Followed {
  title: string;
  /** Ends the work as well as the person can. */
  until?: AbortSignal;
}

/** Shows long work with its pace and a button that ends it. @throws CancellationError when it was ended, be it too late */
export async function followed<T>({ title, until }: Followed, work: (watch: Watch<Pace>) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort(new vscode.CancellationError()));
    const signal = until ? AbortSignal.any([stop.signal, until]) : stop.signal;
    let before = 0;
    const tell = ({ line, share }: Pace) => {
      progress.report({ message: line, increment: 100 * (share - before) });
      before = share;
    };
    const result = await work({ signal, tell });
    signal.throwIfAborted();
    return result;
  });
}
