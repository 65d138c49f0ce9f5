/**
 * Questions as items of the Testing view: dataset, split, document, question. Children are made when somebody opens
 * their parent, so that 100,000 questions cost nothing before; a run makes those that it needs.
 */
import * as vscode from 'vscode';
import type { LoadedDataset } from '../../dataset/load';
import type { Question } from '../../dataset/model';
import type { Holding, Lab } from '../lab';
import { eachInPortions } from '../../portions';
import { type DatasetIndex, indexOf } from './test-index';

/** What an item stands for. */
export type Node =
  | { kind: 'dataset'; holding: Holding }
  | { kind: 'split'; holding: Holding; split: string }
  | { kind: 'document'; holding: Holding; split: string; documentId: string }
  | { kind: 'question'; holding: Holding; question: Question };

interface Child {
  id: string;
  label: string;
  description?: string;
  place?: { file: string; line: number };
  node: Node;
}

export class TestTree {
  private readonly nodes = new WeakMap<vscode.TestItem, Node>();
  /** Items whose children are all there. */
  private readonly opened = new WeakSet<vscode.TestItem>();
  private readonly indices = new WeakMap<LoadedDataset, DatasetIndex>();

  constructor(
    private readonly controller: vscode.TestController,
    private readonly lab: Lab,
  ) {}

  nodeOf(item: vscode.TestItem): Node | undefined {
    return this.nodes.get(item);
  }

  /** Makes the children of an item, or the datasets. */
  async open(item?: vscode.TestItem): Promise<void> {
    await this.fill(item, true);
    if (item) this.opened.add(item);
  }

  /** Brings what is there up to date after the datasets have changed, from the top down. */
  async refresh(): Promise<void> {
    if (this.controller.items.size > 0) await this.refreshBelow();
  }

  private async refreshBelow(item?: vscode.TestItem): Promise<void> {
    await this.fill(item, item === undefined || this.opened.has(item));
    for (const [, child] of item?.children ?? this.controller.items)
      if (child.children.size > 0) await this.refreshBelow(child);
  }

  /** @param all whether children that are not there are made too */
  private async fill(item: vscode.TestItem | undefined, all: boolean): Promise<void> {
    const children = item ? await this.childrenOf(this.nodes.get(item)) : await this.datasets();
    const collection = item?.children ?? this.controller.items;
    const wanted = new Set(children.map(({ id }) => id));
    for (const [id] of collection) if (!wanted.has(id)) collection.delete(id);
    await eachInPortions(children.entries(), ([order, child]) => {
      if (all || collection.get(child.id)) this.put(collection, child, order);
    });
  }

  /** The item of a question, as it is now, made with its parents where they are not there. */
  async itemOf(holding: Holding, question: Question): Promise<vscode.TestItem> {
    const index = await this.indexOf(holding);
    const { split, documentId } = question;
    const parents = [
      datasetChild(holding),
      splitChild(holding, split, index),
      documentChild(holding, split, documentId, index),
    ];
    let collection = this.controller.items;
    for (const child of parents) {
      const there = collection.get(child.id);
      collection = (there ?? this.put(collection, child, index.orderOf(question, child.node.kind))).children;
    }
    return this.put(collection, questionChild(holding, question), index.orderOf(question, 'question'));
  }

  /** The questions at and below some nodes, in the order of the dataset. */
  async questionsBelow(node: Node): Promise<readonly Question[]> {
    if (node.kind === 'question') return [node.question];
    const index = await this.indexOf(node.holding);
    if (node.kind === 'document') return index.ofDocument(node.split, node.documentId);
    return node.kind === 'split' ? index.ofSplit(node.split) : index.splits().flatMap((split) => index.ofSplit(split));
  }

  private async datasets(): Promise<Child[]> {
    return (await this.lab.library.holdings()).map(datasetChild);
  }

  private async childrenOf(node: Node | undefined): Promise<Child[]> {
    if (!node || node.kind === 'question') return [];
    const { holding } = node;
    const index = await this.indexOf(holding);
    if (node.kind === 'dataset') return index.splits().map((split) => splitChild(holding, split, index));
    if (node.kind === 'split')
      return index.documents(node.split).map((id) => documentChild(holding, node.split, id, index));
    return index.ofDocument(node.split, node.documentId).map((question) => questionChild(holding, question));
  }

  private async indexOf(holding: Holding): Promise<DatasetIndex> {
    const loaded = await this.lab.library.load(holding);
    const index = this.indices.get(loaded) ?? (await indexOf(loaded.dataset));
    this.indices.set(loaded, index);
    return index;
  }

  /** Adds a child or brings it up to date; results of a question that has changed count no longer. */
  private put(collection: vscode.TestItemCollection, child: Child, order: number): vscode.TestItem {
    const there = collection.get(child.id);
    const item = there ?? this.make(child);
    const before = this.nodes.get(item);
    if (before?.kind === 'question' && child.node.kind === 'question' && differ(before.question, child.node.question))
      this.controller.invalidateTestResults(item);
    this.nodes.set(item, child.node);
    item.label = child.label;
    item.description = child.description;
    item.sortText = String(order).padStart(7, '0');
    if (child.place) item.range = new vscode.Range(child.place.line - 1, 0, child.place.line - 1, 0);
    if (!there) collection.add(item);
    return item;
  }

  private make({ id, label, place, node }: Child): vscode.TestItem {
    const item = this.controller.createTestItem(id, label, place && vscode.Uri.file(place.file));
    item.canResolveChildren = node.kind !== 'question';
    return item;
  }
}

function differ(a: Question, b: Question): boolean {
  return a.question !== b.question || JSON.stringify(a.answers) !== JSON.stringify(b.answers);
}

function datasetChild(holding: Holding): Child {
  return { id: holding.key, label: holding.label, node: { kind: 'dataset', holding } };
}

function splitChild(holding: Holding, split: string, index: DatasetIndex): Child {
  const description = `${index.ofSplit(split).length} questions`;
  return { id: split, label: split, description, node: { kind: 'split', holding, split } };
}

function documentChild(holding: Holding, split: string, documentId: string, index: DatasetIndex): Child {
  const document = index.document(documentId);
  const node: Node = { kind: 'document', holding, split, documentId };
  return { id: documentId, label: document?.title ?? documentId, place: document?.source, node };
}

function questionChild(holding: Holding, question: Question): Child {
  const { id, question: label, answers, source } = question;
  return { id, label, description: answers[0], place: source, node: { kind: 'question', holding, question } };
}
