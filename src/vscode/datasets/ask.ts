/** The questions that the commands of the Datasets view put to people. Line breaks are written as ↵ in a box of one line. */
import * as vscode from 'vscode';
import { wrongText, wrongTitle } from '../../dataset/edit/words';
import type { Contents } from './contents';

const breakMark = '↵';

export function askTitle(value?: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({ title: 'Title of the document', value, validateInput: wrongTitle });
}

/** @param title what the text is */
export async function askText(title: string, value = ''): Promise<string | undefined> {
  const prompt = `${breakMark} stands for a line break.`;
  const shown = value.replaceAll('\n', breakMark);
  const text = await vscode.window.showInputBox({ title, prompt, value: shown, validateInput: wrongText });
  return text?.replaceAll(breakMark, '\n');
}

/** The answers with one changed, added or removed; undefined where the person changed their mind. */
export async function askAnswers(answers: readonly string[]): Promise<string[] | undefined> {
  const add = { label: '$(add) Add an Accepted Answer', index: answers.length };
  const rows = answers.map((answer, index) => ({
    label: answer.replaceAll('\n', ` ${breakMark} `),
    description: index === 0 ? 'preferred' : '',
    index,
    buttons: answers.length > 1 ? [{ iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Remove' }] : [],
  }));
  const chosen = await pickAnswer([...rows, add]);
  if (!chosen) return undefined;
  if (chosen.isRemoval) return answers.toSpliced(chosen.index, 1);
  const text = await askText('Answer', answers[chosen.index]);
  return text === undefined ? undefined : [...new Set(answers.toSpliced(chosen.index, 1, text))];
}

/** The answers to a new question: one, or as many as are given before an empty one. */
export async function askNewAnswers(): Promise<string[] | undefined> {
  const answers: string[] = [];
  for (;;) {
    const isFirst = answers.length === 0;
    const text = isFirst ? await askText('Answer') : await askMore(answers.length);
    if (text === undefined && isFirst) return undefined;
    if (!text) return [...new Set(answers)];
    answers.push(text);
  }
}

function askMore(count: number): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: `Another accepted answer (${count} so far)`,
    prompt: 'Leave it empty to finish.',
  });
}

interface AnswerItem extends vscode.QuickPickItem {
  index: number;
}

function pickAnswer(items: AnswerItem[]): Promise<{ index: number; isRemoval: boolean } | undefined> {
  const pick = vscode.window.createQuickPick<AnswerItem>();
  pick.title = 'Accepted answers, the preferred one first';
  pick.items = items;
  return new Promise((done) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item) done({ index: item.index, isRemoval: false });
    });
    pick.onDidTriggerItemButton(({ item }) => done({ index: item.index, isRemoval: true }));
    pick.onDidHide(() => done(undefined));
    pick.show();
  }).then((chosen) => {
    pick.dispose();
    return chosen as { index: number; isRemoval: boolean } | undefined;
  });
}

export async function pickDocument(contents: Contents): Promise<string | undefined> {
  const items = contents.splits.flatMap(({ name, documents }) =>
    documents.map(({ id, title }) => ({ label: title, description: name, id })),
  );
  const options = { title: 'The document that the questions move to', matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.id;
}

export async function pickSplit(contents: Contents): Promise<string | undefined> {
  const another = { label: '$(add) Another Split…', name: undefined };
  const items = contents.splits.map(({ name }) => ({ label: name, name }));
  const chosen = await vscode.window.showQuickPick([...items, another], {
    title: 'The split that the documents move to',
  });
  if (!chosen) return undefined;
  if ('name' in chosen && chosen.name !== undefined) return chosen.name;
  return vscode.window.showInputBox({
    title: 'Name of the split',
    validateInput: (name) => wrongTitle(name) && 'A name is one line and not empty.',
  });
}
