/** Asks whether what an experiment says in its own words may be run: its file may come from anybody. */
import * as vscode from 'vscode';

/** @param words what would be run, as `ownWords` tells it; without any nothing is asked */
export async function allows(words: readonly string[]): Promise<boolean> {
  if (words.length === 0) return true;
  const run = 'Run It';
  const sentence =
    'This experiment starts its runs with words of its own. Run them only if you know where they come from.';
  return (await vscode.window.showWarningMessage(sentence, { modal: true, detail: words.join('\n\n') }, run)) === run;
}
