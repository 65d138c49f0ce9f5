/** Between the view and the editors: a row leads to its place in the text, and the cursor leads to its row. */
import * as vscode from 'vscode';
import type { Document, Question } from '../../dataset/model';
import type { Holding, Library } from '../lab';
import { isBelow } from './holdings';
import { documentNode, type ItemNode, type Node, questionNode } from './nodes';
import type { Shelves } from './shelves';

/** Milliseconds: a walk of the cursor counts as one move. */
const settling = 120;

export async function openSource(node: Node | undefined, options: vscode.TextDocumentShowOptions = {}): Promise<void> {
  const source =
    node?.kind === 'document' ? node.document.source : node?.kind === 'question' ? node.question.source : undefined;
  if (!source) return;
  const at = new vscode.Position(source.line - 1, (source.column ?? 1) - 1);
  await vscode.window.showTextDocument(vscode.Uri.file(source.file), {
    ...options,
    selection: new vscode.Range(at, at),
  });
}

/** The row of what stands at a place of a text; undefined where no dataset has it, or the filter hides it. */
export async function nodeAt(
  library: Library,
  shelves: Shelves,
  { fsPath }: vscode.Uri,
  { line, character }: vscode.Position,
): Promise<ItemNode | undefined> {
  for (const holding of await library.holdings()) {
    if (!isBelow(fsPath, holding.sources)) continue;
    const item = (await shelves.placesOf(holding)).at(fsPath, line + 1, character + 1);
    const node = item && (await nodeOf(item, holding, shelves));
    if (node) return node;
  }
  return undefined;
}

async function nodeOf(item: Document | Question, holding: Holding, shelves: Shelves): Promise<ItemNode | undefined> {
  const shelf = await shelves.of(holding);
  if (!('question' in item)) return shelf.contents.document(item.id) && documentNode(item, { holding, shelf });
  const isShown = shelf.contents.questionsOf(item.documentId).includes(item);
  return isShown ? questionNode(item, { holding, shelf }) : undefined;
}

/** Selects the row of what the cursor of the active editor is in. */
export class Follower implements vscode.Disposable {
  private timer?: NodeJS.Timeout;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly library: Library,
    private readonly shelves: Shelves,
    private readonly view: vscode.TreeView<Node>,
  ) {
    const soon = () => this.soon();
    this.subscriptions = [
      vscode.window.onDidChangeActiveTextEditor(soon),
      vscode.window.onDidChangeTextEditorSelection(
        ({ textEditor }) => textEditor === vscode.window.activeTextEditor && soon(),
      ),
      view.onDidChangeVisibility(soon),
    ];
  }

  /** Whether or not the view follows by itself; opens it if it is not visible. */
  async reveal(editor: vscode.TextEditor, focus: boolean): Promise<void> {
    const node = await nodeAt(this.library, this.shelves, editor.document.uri, editor.selection.active);
    if (node) await this.view.reveal(node, { select: true, focus });
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.follow(), settling);
  }

  private async follow(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const isWanted = vscode.workspace.getConfiguration('pit').get<boolean>('datasets.followEditor', true);
    if (!editor || !isWanted || !this.view.visible || editor.document.uri.scheme !== 'file') return;
    const node = await nodeAt(this.library, this.shelves, editor.document.uri, editor.selection.active);
    if (!node || this.isSelected(node) || editor !== vscode.window.activeTextEditor) return;
    await this.view.reveal(node, { select: true, focus: false });
  }

  private isSelected(node: ItemNode): boolean {
    return this.view.selection.some(
      (one) => 'exampleId' in one && one.exampleId === node.exampleId && one.holding.key === node.holding.key,
    );
  }
}
