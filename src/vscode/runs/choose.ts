/** Asks which recipes and seeds to train: all of them to begin with, then what was chosen last. */
import * as vscode from 'vscode';
import type { Check } from './jobs';

export interface Choice {
  variants: string[];
  seeds: number[];
}

interface Item extends vscode.QuickPickItem {
  variant?: string;
  seed?: number;
}

/** Undefined where the person changed their mind. @param memory keeps what was left out of an experiment last time */
export async function chooseRuns(file: vscode.Uri, check: Check, memory: vscode.Memento): Promise<Choice | undefined> {
  const { variants, seeds } = check;
  if (variants.length === 1 && seeds.length === 1) return { variants: [variants[0].name], seeds };
  const key = `pit.leftOut:${file.toString()}`;
  const picked = await pick(check, new Set(memory.get<string[]>(key, [])));
  if (!picked) return undefined;
  const choice = choiceOf(picked, check);
  const leftOut = itemsOf(check).filter((item) => item.label && !picked.some(({ label }) => label === item.label));
  await memory.update(
    key,
    leftOut.filter(({ kind }) => kind === undefined).map(({ label }) => label),
  );
  return choice;
}

function itemsOf({ variants, seeds }: Check): Item[] {
  const heading = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    heading('Recipes'),
    ...variants.map(({ name, title, detail }) => ({ label: title, description: name, detail, variant: name })),
    heading('Seeds'),
    ...seeds.map((seed) => ({ label: `Seed ${seed}`, seed })),
  ];
}

/** One list for both; only a choice with a recipe and a seed is taken. */
function pick(check: Check, leftOut: ReadonlySet<string>): Promise<readonly Item[] | undefined> {
  const list = vscode.window.createQuickPick<Item>();
  Object.assign(list, { canSelectMany: true, title: `Run PIT: ${check.name}`, matchOnDescription: true });
  list.items = itemsOf(check);
  list.selectedItems = list.items.filter(({ kind, label }) => kind === undefined && !leftOut.has(label));
  const count = () => {
    const { variants, seeds } = choiceOf(list.selectedItems, check);
    const runs = variants.length * seeds.length;
    list.placeholder = runs === 0 ? 'Choose a recipe and a seed' : `Train ${runs} ${runs === 1 ? 'run' : 'runs'}`;
    return runs;
  };
  count();
  return new Promise((done) => {
    list.onDidChangeSelection(count);
    list.onDidAccept(() => {
      if (count() === 0) return;
      done(list.selectedItems);
      list.hide();
    });
    list.onDidHide(() => {
      done(undefined);
      list.dispose();
    });
    list.show();
  });
}

/** In the order of the experiment. */
function choiceOf(picked: readonly Item[], { variants, seeds }: Check): Choice {
  return {
    variants: variants.map(({ name }) => name).filter((name) => picked.some(({ variant }) => variant === name)),
    seeds: seeds.filter((one) => picked.some(({ seed }) => seed === one)),
  };
}
