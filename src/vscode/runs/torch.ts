/** PyTorch for the window: which Python its trainers take, and Set Up PyTorch…, for those without the command line. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { announcement, described } from '../../engine/torch/announcement';
import { findInstaller } from '../../engine/torch/installer';
import { makeEnvironment, type Order } from '../../engine/torch/setup';
import { pythonFolder } from '../../engine/torch/torchrun';
import type { Lab } from '../lab';
import { followed } from '../long-work';

/** What the window was started with. */
const before = process.env.PIT_TORCH_PYTHON;

/** Hands the setting on to every process that is started from here. A workspace can't set it: it names a program. */
export function passPythonOn(): vscode.Disposable {
  usePython();
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('pit.torch.python')) usePython();
  });
}

function usePython(): void {
  const python = vscode.workspace.getConfiguration('pit').get<string>('torch.python', '').trim() || before;
  if (python) process.env.PIT_TORCH_PYTHON = python;
  else delete process.env.PIT_TORCH_PYTHON;
}

/** Says what will come and how large it is, asks, and makes the environment; what is said meanwhile goes to the log. */
export async function setUpTorch({ log }: Pick<Lab, 'log'>): Promise<void> {
  const installer = await findInstaller();
  const go = 'Set Up';
  const options = { modal: true, detail: announcement('auto', installer) };
  const answer = await vscode.window.showInformationMessage('Set PyTorch up for the engine "torch"?', options, go);
  if (answer !== go) return;
  const order: Order = { build: 'auto', installer, requirements: [join(pythonFolder(), 'requirements.txt')] };
  const made = await followed({ title: 'Setting PyTorch up' }, ({ signal, tell }) => {
    const onLine = (line: string) => [log.info(line), tell({ line })];
    return makeEnvironment(order, { signal, onLine });
  });
  await vscode.window.showInformationMessage(described(made));
}
