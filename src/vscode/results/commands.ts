/** The commands of this room: asking about the question at the cursor, and choosing whose answers are shown. */
import * as vscode from 'vscode';
import { nameOf } from '../../run/names';
import { UserError } from '../../errors';
import type { Prediction } from '../../run/events';
import type { Lab } from '../lab';
import { isTrusted } from '../trust';
import { checkpointsOf } from './checkpoints';
import type { Chosen } from './chosen';
import { spotsOf } from './document-spots';
import type { Sheet, Sheets } from './sheets';
import { spotAt } from './spots';
import type { QuestionTests } from './tests';

/** Asks the chosen checkpoint the question with an id in a file, or the one at the cursor. */
export function askModel(sheets: Sheets, tests: QuestionTests) {
  return async (at?: vscode.Uri, id?: string): Promise<Prediction | undefined> => {
    if (!(await isTrusted('Asking the model'))) return undefined;
    const file = at?.fsPath ?? vscode.window.activeTextEditor?.document.uri.fsPath;
    const sheet = file === undefined ? undefined : await sheets.of(file);
    const question = sheet?.questions.find((one) => one.id === id) ?? (sheet && (await questionAtCursor(sheet)));
    if (!sheet || !question) throw new UserError('There is no question at the cursor.');
    return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Asking the model' }, () =>
      tests.askOne(sheet.holding, question),
    );
  };
}

async function questionAtCursor(sheet: Sheet) {
  const { document, selection } = vscode.window.activeTextEditor!;
  return spotAt(await spotsOf(document, sheet), selection.active.line)?.question;
}

/** Lets a person choose the run whose answers are shown. */
export function pickResults({ runs }: Lab) {
  return async (): Promise<void> => {
    const chosen = runs.chosen?.folder.path;
    const items = runs.all().map(({ folder, state }) => {
      const label = `${folder.path === chosen ? '$(check) ' : ''}${nameOf(folder.identity)}`;
      return { label, description: `${folder.identity.name} · ${state}`, path: folder.path };
    });
    const picked = await vscode.window.showQuickPick(items, { placeHolder: 'Whose answers to show' });
    if (picked) runs.choose(picked.path);
  };
}

/** Lets a person choose the checkpoint of the chosen run that answers. */
export function chooseCheckpoint({ runs }: Lab, chosen: Chosen) {
  return async (): Promise<void> => {
    if (!runs.chosen) throw new UserError('There is no run to choose a checkpoint of yet.');
    const { folder } = runs.chosen;
    const current = (await chosen.checkpoint())?.name;
    const items = (await checkpointsOf(folder)).reverse().map(({ name, label }, i) => ({
      label: `${name === current ? '$(check) ' : ''}${label}`,
      description: i === 0 ? 'the newest' : '',
      name: i === 0 ? undefined : name,
    }));
    const picked = await vscode.window.showQuickPick(items, {
      placeHolder: `Which checkpoint of ${nameOf(folder.identity)}`,
    });
    if (picked) await chosen.choose(picked.name);
  };
}
