/** The Datasets view: datasets, their splits, documents and questions. Rows are made when their parent is opened. */
import * as vscode from 'vscode';
import { isReadOnly } from '../../dataset/edit/read-only';
import type { Source } from '../../dataset/model';
import { counted } from '../../run/format';
import type { Library } from '../lab';
import { uriOf } from './decorations';
import {
  documentsIn,
  documentsOf,
  keyOf,
  type Node,
  parentOf,
  problemsOf,
  problemWords,
  questionsOf,
  splitsOf,
  wordsOf,
} from './nodes';
import type { Shelves } from './shelves';

/** Rows that a filter leaves are opened if they are not more than these. */
const openedAtOnce = 200;

export class DatasetTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly library: Library,
    private readonly shelves: Shelves,
  ) {
    this.subscription = library.onDidChange(() => this.refresh());
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  async getChildren(parent?: Node): Promise<Node[]> {
    switch (parent?.kind) {
      case undefined:
        return this.roots();
      case 'dataset':
        return splitsOf(parent.holding, await this.shelves.of(parent.holding));
      case 'split':
        return documentsOf(parent);
      case 'portion':
        return documentsIn(parent);
      case 'document':
        return questionsOf(parent);
      default:
        return [];
    }
  }

  getParent(node: Node): Node | undefined {
    return parentOf(node);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const { label, description, tooltip } = wordsOf(node);
    const item = new vscode.TreeItem(label, this.stateOf(node));
    const problems = problemsOf(node);
    item.id = `${keyOf(node)}\n${this.shelves.filter}`;
    item.description = description;
    item.tooltip = [tooltip, ...(problems.length > 0 ? ['', ...problemWords(problems)] : [])].join('\n');
    item.contextValue = contextOf(node);
    item.iconPath = new vscode.ThemeIcon(icons[node.kind]);
    if (problems.length > 0) item.resourceUri = uriOf(problems);
    item.accessibilityInformation = { label: spoken(node, label, description, problems.length) };
    item.command = commandOf(node);
    return item;
  }

  /** Rows come at once; what they hold is told as soon as it has been read. */
  private async roots(): Promise<Node[]> {
    const holdings = await this.library.holdings();
    // That there is nothing is said only once it has been looked for.
    void vscode.commands.executeCommand('setContext', 'pit.hasNoDataset', holdings.length === 0);
    return holdings.map((holding) => {
      const node: Node = { kind: 'dataset', holding, shelf: this.shelves.last(holding) };
      void this.complete(node);
      return node;
    });
  }

  private async complete(node: Node & { kind: 'dataset' }): Promise<void> {
    const shelf = await this.shelves.of(node.holding).catch(() => undefined);
    if (!shelf || node.shelf === shelf) return;
    node.shelf = shelf;
    this.changed.fire(node);
  }

  private stateOf(node: Node): vscode.TreeItemCollapsibleState {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    if (node.kind === 'question') return None;
    if (node.kind === 'document' && node.shelf.contents.questionsOf(node.document.id).length === 0) return None;
    const { filter } = this.shelves;
    const isShort = filter !== '' && node.shelf && node.shelf.contents.questions <= openedAtOnce;
    return isShort || node.kind === 'dataset' ? Expanded : Collapsed;
  }
}

const icons: Record<Node['kind'], string> = {
  dataset: 'database',
  split: 'folder-library',
  portion: 'ellipsis',
  document: 'file-text',
  question: 'question',
};

function contextOf(node: Node): string {
  const source = sourceOf(node);
  return source && isReadOnly({ path: source.file }) ? `${node.kind} readonly` : node.kind;
}

function sourceOf(node: Node): Source | undefined {
  return node.kind === 'document' ? node.document.source : node.kind === 'question' ? node.question.source : undefined;
}

function spoken(node: Node, label: string, description: string, problems: number): string {
  const kind = node.kind === 'portion' ? 'documents' : node.kind;
  return [`${kind} ${label}`, description, ...(problems > 0 ? [counted(problems, 'problem')] : [])]
    .filter(Boolean)
    .join(', ');
}

/** What is no text can't be opened at a line. */
function commandOf(node: Node): vscode.Command | undefined {
  const source = sourceOf(node);
  if (!source || isReadOnly({ path: source.file })) return undefined;
  return { command: 'pit.openSource', title: 'Open', arguments: [node, { preserveFocus: true }] };
}
