/** Experiments so small that a run takes seconds, in folders of the workspace, and waiting for their runs. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { LiveRun, Runs } from '../../src/vscode/lab';
import { fillWorld } from '../cli/small';
import { workspaceFolder } from './support';

export interface World {
  root: string;
  file: vscode.Uri;
}

/** A folder of the workspace with an experiment and its data. */
export async function makeWorld(name: string, changes: Record<string, unknown> = {}): Promise<World> {
  const root = join(workspaceFolder(), 'runs-test', name);
  mkdirSync(root, { recursive: true });
  return { root, file: vscode.Uri.file(await fillWorld(root, changes, name)) };
}

/** Resolves with the run when the window knows it to fulfil a condition. */
export function untilRun(runs: Runs, path: string, met: (run: LiveRun) => boolean): Promise<LiveRun> {
  return new Promise((done) => {
    const check = () => {
      const run = runs.get(path);
      if (!run || !met(run)) return;
      listening.dispose();
      done(run);
    };
    const listening = runs.onDidChange(check);
    check();
  });
}
