/**
 * The Schedule view: recipes where there are several, their stages, the epochs of each, and the examples in the order
 * in which the model will see them. Rows are made when their parent is opened, and long lists come in portions.
 */
import * as vscode from 'vscode';
import { messageOf } from '../../errors';
import { contextOf, wordsOf } from './labels';
import { keyOf, type Node, type NodeOf, portions } from './nodes';
import type { EpochAt, StageOutline, VariantAt } from './protocol';
import type { ScheduleSession, Shown } from './session';

export class ScheduleTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly session: ScheduleSession) {
    this.subscription = session.onDidChange(() => this.changed.fire());
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  async getChildren(parent?: Node): Promise<Node[]> {
    const { shown, problems } = await this.session.state();
    if (!shown)
      return problems.map(({ message, line, column }) => ({ kind: 'note', under: '', text: message, line, column }));
    return parent ? this.below(shown, parent) : this.roots(shown);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const { label, description, tooltip } = wordsOf(node);
    const item = new vscode.TreeItem(label, stateOf(node));
    item.id = keyOf(node);
    item.description = description;
    item.tooltip = tooltip;
    item.contextValue = contextOf(node);
    item.iconPath = new vscode.ThemeIcon(iconOf(node));
    item.accessibilityInformation = { label: [label, description].filter(Boolean).join(', ') };
    if (node.kind === 'example') item.command = openAt(vscode.Uri.file(node.row.source.file), node.row.source.line);
    if (node.kind === 'note') item.command = { command: 'pit.openExperiment', title: 'Open', arguments: [node] };
    return item;
  }

  private async roots(shown: Shown): Promise<Node[]> {
    const { variants } = shown.opened;
    const nodes = variants.map((outline, variant): NodeOf<'variant'> => {
      return { kind: 'variant', at: this.session.at(variant, shown), outline, only: variants.length === 1 };
    });
    return nodes.length === 1 ? this.stages(shown, nodes[0]) : nodes;
  }

  private async below(shown: Shown, parent: Node): Promise<Node[]> {
    switch (parent.kind) {
      case 'variant':
        return this.stages(shown, parent);
      case 'stage':
        return epochs(parent.at, parent.outline, 0, parent.outline.passes);
      case 'epoch':
        return this.pass(shown, parent);
      case 'portion':
        return this.portion(shown, parent);
      case 'step':
        return this.examples(shown, parent.at, parent.outline, parent.from, parent.to);
      default:
        return [];
    }
  }

  private async stages(shown: Shown, parent: NodeOf<'variant'>): Promise<Node[]> {
    const { at, outline } = parent;
    const under = keyOf(parent);
    const stages = await this.session.ask(shown, 'stages', at).catch(saying(under));
    if (!Array.isArray(stages)) return [stages];
    if (stages.length > 0) return stages.map((stage) => ({ kind: 'stage', at, outline: stage }));
    return [{ kind: 'note', under, text: `Nothing is trained; questions are put ${outline.prompt}.` }];
  }

  /** By step where a pass has several that hold more than one example. */
  private async pass(shown: Shown, parent: NodeOf<'epoch'>): Promise<Node[]> {
    const { at, outline } = parent;
    const sizes = await this.session.steps(shown, at, outline).catch(saying(keyOf(parent)));
    if (!Array.isArray(sizes)) return [sizes];
    const examples = sizes.reduce((sum, size) => sum + size, 0);
    if (sizes.length === 1 || sizes.length === examples) return this.examples(shown, at, outline, 0, examples);
    return stepNodes(at, outline, sizes, 0, sizes.length);
  }

  private async portion(shown: Shown, { of, at, outline, from, to }: NodeOf<'portion'>): Promise<Node[]> {
    switch (of) {
      case 'epochs':
        return epochs(at, outline, from, to);
      case 'examples':
        return this.examples(shown, at, outline, from, to);
      case 'steps':
        return stepNodes(at, outline, await this.session.steps(shown, at, outline), from, to);
    }
  }

  private async examples(shown: Shown, at: EpochAt, outline: StageOutline, from: number, to: number): Promise<Node[]> {
    const parts = portions(from, to);
    if (parts) return portionNodes('examples', at, outline, parts);
    const rows = await this.session.ask(shown, 'rows', at, from, to);
    return rows.map((row, ordinal) => ({ kind: 'example', at, outline, row, place: from + ordinal }));
  }
}

function epochs(at: VariantAt, outline: StageOutline, from: number, to: number): Node[] {
  const epochAt = (epoch: number): EpochAt => ({ ...at, stage: outline.number, epoch });
  const parts = portions(from, to);
  if (parts) return portionNodes('epochs', epochAt(1), outline, parts);
  return Array.from({ length: to - from }, (_, pass) => ({ kind: 'epoch', at: epochAt(from + pass + 1), outline }));
}

function stepNodes(at: EpochAt, outline: StageOutline, sizes: readonly number[], from: number, to: number): Node[] {
  const parts = portions(from, to);
  if (parts) return portionNodes('steps', at, outline, parts);
  let start = sizes.slice(0, from).reduce((sum, size) => sum + size, 0);
  return sizes.slice(from, to).map((size, ordinal) => {
    const node: Node = { kind: 'step', at, outline, step: from + ordinal + 1, from: start, to: start + size };
    start += size;
    return node;
  });
}

function portionNodes(
  of: NodeOf<'portion'>['of'],
  at: EpochAt,
  outline: StageOutline,
  parts: readonly [number, number][],
): Node[] {
  return parts.map(([from, to]) => ({ kind: 'portion', of, at, outline, from, to }));
}

/** A row in the place of what could not be made. */
function saying(under: string): (error: unknown) => NodeOf<'note'> {
  return (error) => ({ kind: 'note', under, text: messageOf(error) });
}

function stateOf(node: Node): vscode.TreeItemCollapsibleState {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  if (node.kind === 'note' || node.kind === 'example') return None;
  return node.kind === 'variant' && node.only ? Expanded : Collapsed;
}

function iconOf(node: Node): string {
  switch (node.kind) {
    case 'note':
      return 'info';
    case 'variant':
      return 'beaker';
    case 'stage':
      return node.outline.arrangement === 'manual' ? 'list-ordered' : 'layers';
    case 'epoch':
      return 'sync';
    case 'portion':
      return 'ellipsis';
    case 'step':
      return 'debug-step-over';
    case 'example':
      return node.row.kind === 'document' ? 'file-text' : 'question';
  }
}

function openAt(file: vscode.Uri, line: number): vscode.Command {
  const selection = new vscode.Range(line - 1, 0, line - 1, 0);
  return { command: 'vscode.open', title: 'Open', arguments: [file, { selection, preserveFocus: true }] };
}
