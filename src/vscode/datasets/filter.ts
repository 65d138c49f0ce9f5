/** The filter of the Datasets view: asked for, shown above the rows, and taken away. */
import * as vscode from 'vscode';
import { counted } from '../../run/format';
import type { Library } from '../lab';
import { sizes, type Node } from './nodes';
import type { Shelves } from './shelves';
import type { DatasetTree } from './tree';

const contextKey = 'pit.isDatasetFiltered';

export class DatasetFilter implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly library: Library,
    private readonly shelves: Shelves,
    private readonly tree: DatasetTree,
    private readonly view: vscode.TreeView<Node>,
  ) {
    this.subscriptions = [
      library.onDidChange(() => this.tell()),
      vscode.commands.registerCommand('pit.filterDatasets', (text?: unknown) => this.ask(text)),
      vscode.commands.registerCommand('pit.clearDatasetFilter', () => this.set('')),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async ask(given: unknown): Promise<void> {
    const text =
      typeof given === 'string'
        ? given
        : await vscode.window.showInputBox({
            title: 'Filter Datasets',
            prompt: 'Shows what has this in its title, question or answers.',
            value: this.shelves.filter,
          });
    if (text !== undefined) await this.set(text.trim());
  }

  private async set(text: string): Promise<void> {
    this.shelves.filter = text;
    await vscode.commands.executeCommand('setContext', contextKey, text !== '');
    this.tree.refresh();
    await this.tell();
  }

  /** Above the rows, what is shown of how much. */
  private async tell(): Promise<void> {
    const { filter } = this.shelves;
    if (filter === '') {
      this.view.message = undefined;
      return;
    }
    const holdings = await this.library.holdings();
    const shelves = await Promise.all(holdings.map((holding) => this.shelves.of(holding)));
    if (this.shelves.filter !== filter) return;
    const sum = (part: 'contents' | 'whole', what: 'documents' | 'questions') =>
      shelves.reduce((total, shelf) => total + shelf[part][what], 0);
    const shown = { documents: sum('contents', 'documents'), questions: sum('contents', 'questions') };
    const words = shown.documents === 0 ? 'nothing' : sizes(shown);
    this.view.message = `“${filter}”: ${words} of ${counted(sum('whole', 'questions'), 'question')}`;
  }
}
