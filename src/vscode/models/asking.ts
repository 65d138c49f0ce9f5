/** What is asked before a model is imported. */
import * as vscode from 'vscode';
import { parseHubName } from '../../model/hub/name';
import type { Facts } from './protocol';
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
