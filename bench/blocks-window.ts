/** Inside the extension host: works on a dataset of many questions as a person does, and says how each work held it up. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Lab } from '../src/vscode/lab';
import type { Node, NodeOf } from '../src/vscode/datasets/nodes';

/** Milliseconds after each work in which what follows from it is done too. */
const rest = 3000;
const moved = 40_000;

type Split = NodeOf<'split'>;

export async function run(): Promise<void> {
  const lab = await vscode.extensions.getExtension<Lab>('pit-lab.pit-lab')!.activate();
  const found: Record<string, number> = {};
  for (const [name, work] of Object.entries(works(lab))) found[name] = await longestBlock(work);
  writeFileSync(process.env.PIT_BENCH_OUT!, JSON.stringify(found));
}

function works(lab: Lab): Record<string, () => Promise<unknown>> {
  const { tree } = lab.datasets!;
  const file = vscode.Uri.file(join(vscode.workspace.workspaceFolders![0].uri.fsPath, 'data/train/qa.jsonl'));
  const children = async (node?: Node) => (await tree.getChildren(node)) ?? [];
  const split = async (name: string) =>
    (await children((await children())[0])).find((row) => row.kind === 'split' && row.split.name === name) as Split;
  return {
    'reading it and showing its rows': async () => {
      await vscode.commands.executeCommand('pit.datasets.focus');
      await Promise.all(
        (await children((await children(await split('train')))[0])).map((row) => tree.getTreeItem(row)),
      );
    },
    'filtering it': async () => {
      await vscode.commands.executeCommand('pit.filterDatasets', 'person 77');
      await split('train');
      await vscode.commands.executeCommand('pit.clearDatasetFilter');
    },
    'showing answers in its file': async () => {
      lab.runs.choose(lab.runs.all()[0].folder.path);
      const document = await vscode.workspace.openTextDocument(file);
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('vscode.executeCodeLensProvider', file, 9);
    },
    'typing in its file': async () => {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(file, new vscode.Position(5, 0), '\n');
      await vscode.workspace.applyEdit(edit);
      await vscode.commands.executeCommand('vscode.executeCodeLensProvider', file, 9);
    },
    'moving 40,000 questions': async () => {
      const [train, test] = [await split('train'), await split('test')];
      const { whole } = train.shelf;
      const ids = train.split.documents.flatMap(({ id }) => whole.questionsOf(id)).slice(0, moved);
      const nodes = ids.map((question) => ({ ...train, kind: 'question', question, exampleId: question.id }) as Node);
      const document = test.split.documents[0].id;
      await vscode.commands.executeCommand('pit.moveExamples', nodes[0], nodes, { document });
      const { dataset } = await lab.library.load((await lab.library.holdings())[0]);
      const count = dataset.questions.filter(({ documentId }) => documentId === document).length;
      if (count < moved) throw new Error(`Only ${count} questions were moved.`);
    },
  };
}

/** In milliseconds of this thread's own time: what else the machine does meanwhile does not count. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let before = spent();
  const timer = setInterval(() => {
    const now = spent();
    longest = Math.max(longest, now - before);
    before = now;
  }, 1);
  await work();
  await pause(rest);
  clearInterval(timer);
  return longest;
}

function spent(): number {
  // VS Code's Node has it; the types are those of the oldest one that the command line runs on.
  const { user, system } = (process as unknown as { threadCpuUsage(): NodeJS.CpuUsage }).threadCpuUsage();
  return (user + system) / 1000;
}
