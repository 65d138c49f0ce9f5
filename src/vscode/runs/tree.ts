/** The Runs view: experiments, their runs with state and result, and the stages of each with their numbers. */
import * as vscode from 'vscode';
import { nameOf, stageLabel } from '../../run/names';
import { canGoOn, isAtWork } from '../../run/states';
import type { LiveRun, Runs } from '../lab';
import type { Digests } from './digests';
import type { StageDigest } from './jobs';
import {
  describeGroup,
  describeRun,
  describeStage,
  groupsOf,
  iconOf,
  type RunGroup,
  runFacts,
  shortNameOf,
  stageFacts,
  stateWord,
} from './labels';

export interface GroupNode {
  kind: 'group';
  out: string;
}

export interface RunNode {
  kind: 'run';
  path: string;
}

export interface StageNode {
  kind: 'stage';
  run: RunNode;
  stage: StageDigest;
}

export type Node = GroupNode | RunNode | StageNode;

/** Milliseconds between two redrawings. */
const pause = 400;

export class RunsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly nodes = new Map<string, GroupNode | RunNode>();
  private readonly pending = new Set<Node | undefined>();
  private timer?: NodeJS.Timeout;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly runs: Runs,
    private readonly digests: Digests,
  ) {
    const states = new Map<string, string>();
    this.subscription = vscode.Disposable.from(
      runs.onDidChange(({ path, run }) => {
        const turned = states.get(path) !== run?.state;
        if (run) states.set(path, run.state);
        else states.delete(path);
        this.redraw(turned ? undefined : this.runNode(path));
      }),
      runs.onDidChoose(() => this.redraw(undefined)),
      digests.onDidRead((path) => this.redraw(this.runNode(path))),
    );
  }

  getChildren(node?: Node): Node[] {
    if (!node) return groupsOf(this.runs.all()).map(({ out }) => this.groupNode(out));
    if (node.kind === 'group') return this.group(node)?.runs.map(({ folder }) => this.runNode(folder.path)) ?? [];
    if (node.kind === 'stage') return [];
    const run = this.runs.get(node.path);
    const stages = run && this.digests.get(run)?.stages;
    return (stages ?? []).map((stage) => ({ kind: 'stage', run: node, stage }));
  }

  getParent(node: Node): Node | undefined {
    if (node.kind === 'stage') return node.run;
    if (node.kind === 'group') return undefined;
    const group = groupsOf(this.runs.all()).find(({ runs }) => runs.some(({ folder }) => folder.path === node.path));
    return group && this.groupNode(group.out);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if (node.kind === 'group') return this.groupItem(node);
    if (node.kind === 'stage') return stageItem(node);
    const run = this.runs.get(node.path);
    return run ? this.runItem(run) : new vscode.TreeItem('');
  }

  /** The node of a run, for revealing it. */
  runNode(path: string): RunNode {
    const node = this.nodes.get(path) ?? { kind: 'run', path };
    this.nodes.set(path, node);
    return node as RunNode;
  }

  private groupNode(out: string): GroupNode {
    const node = this.nodes.get(out) ?? { kind: 'group', out };
    this.nodes.set(out, node);
    return node as GroupNode;
  }

  private group({ out }: GroupNode) {
    return groupsOf(this.runs.all()).find((group) => group.out === out);
  }

  private groupItem(node: GroupNode): vscode.TreeItem {
    const group = this.group(node);
    const item = new vscode.TreeItem(group?.name ?? '', vscode.TreeItemCollapsibleState.Expanded);
    item.id = node.out;
    item.iconPath = new vscode.ThemeIcon('beaker');
    item.contextValue = group && groupContext(group);
    item.description = group && describeGroup(group);
    item.tooltip = vscode.workspace.asRelativePath(node.out);
    return item;
  }

  private runItem(run: LiveRun): vscode.TreeItem {
    const { path, identity } = run.folder;
    const digest = this.digests.get(run);
    const label = `${shortNameOf(identity)}, seed ${identity.seed}`;
    const isChosen = this.runs.chosen?.folder.path === path;
    const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
    const description = describeRun(run, digest);
    item.id = path;
    item.description = isChosen ? `inline · ${description}` : description;
    item.iconPath = themed(iconOf(run));
    item.contextValue = ['run', run.state, ...(isChosen ? ['chosen'] : [])].join('.');
    item.tooltip = tooltipOf(nameOf(identity), runFacts(run, digest));
    item.accessibilityInformation = { label: `${nameOf(identity)}, ${stateWord(run)}, ${description}` };
    item.command = { command: 'pit.openRun', title: 'Open', arguments: [this.runNode(path)] };
    return item;
  }

  /** Gathers what is to be redrawn; the whole tree covers its parts. */
  private redraw(node: Node | undefined): void {
    this.pending.add(node);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const nodes = this.pending.has(undefined) ? [undefined] : [...this.pending];
      this.pending.clear();
      for (const one of nodes) this.changed.fire(one);
    }, pause);
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(this.subscription, this.changed).dispose();
  }
}

/** What menus go by: whether anything of the group is at work, and whether anything can go on. */
function groupContext({ runs }: RunGroup): string {
  const flags = [...(runs.some(isAtWork) ? ['working'] : []), ...(runs.some(canGoOn) ? ['resumable'] : [])];
  return ['runGroup', ...flags].join('.');
}

function themed([icon, colour]: readonly [string, string?]): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon, colour ? new vscode.ThemeColor(colour) : undefined);
}

function stageItem({ run, stage }: StageNode): vscode.TreeItem {
  const item = new vscode.TreeItem(stageLabel(stage));
  item.id = `${run.path}#${stage.number}`;
  item.description = describeStage(stage);
  item.iconPath = new vscode.ThemeIcon(stage.test ? 'pass' : 'circle-outline');
  item.contextValue = 'runStage';
  item.tooltip = tooltipOf(stageLabel(stage), stageFacts(stage));
  item.accessibilityInformation = { label: `Stage ${stageLabel(stage)}, ${item.description}` };
  return item;
}

/** Texts come from files that nobody vouches for, so none of them is read as Markdown. */
function tooltipOf(title: string, lines: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendText(title);
  for (const line of lines) text.appendMarkdown('\n\n').appendText(line);
  return text;
}
