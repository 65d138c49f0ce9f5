/** The datasets of the workspace: those that its experiments read. */
import * as vscode from 'vscode';
import { loadDataset, type LoadedDataset } from '../../dataset/load';
import type { Experiments, Holding, Library } from '../lab';

export class WorkspaceLibrary implements Library {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly experiments: Experiments) {}

  async holdings(): Promise<Holding[]> {
    await this.experiments.files();
    return [];
  }

  load({ sources }: Holding): Promise<LoadedDataset> {
    return loadDataset(sources);
  }

  dispose(): void {
    this.changed.dispose();
  }
}
