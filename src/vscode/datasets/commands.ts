/** The commands of the Datasets view. Each becomes one change, and a change one edit of the files. */
import * as vscode from 'vscode';
import { makeEdit } from '../edits';
import { telling } from '../telling';
import type { Change } from '../../dataset/edit/change';
import type { Document } from '../../dataset/model';
import { UserError } from '../../errors';
import type { Holding, Lab } from '../lab';
import { applyChange } from './apply';
import { askAnswers, askNewAnswers, askText, askTitle, pickDocument, pickSplit } from './ask';
import { draggedFrom } from './drop';
import { openSource } from './follow';
import type { Node, NodeOf } from './nodes';
import type { Shelves } from './shelves';

/** What a caller gives instead of being asked for it. */
interface Given {
  title?: string;
  text?: string;
  question?: string;
  answers?: string[];
  document?: string;
  split?: string;
  before?: string;
}

export class DatasetCommands {
  constructor(
    private readonly lab: Pick<Lab, 'library' | 'log'>,
    private readonly shelves: Shelves,
    private readonly selection: () => readonly Node[],
  ) {}

  readonly make = (holding: Holding, change: Change): Promise<void> => applyChange(this.lab.library, holding, change);

  readonly guard = async (work: () => unknown): Promise<void> => {
    await telling(this.lab, async () => work())();
  };

  register(): vscode.Disposable {
    const handlers: Record<string, (node: Node | undefined, given: Given) => unknown> = {
      'pit.addQuestion': (node, given) => this.addQuestion(node, given),
      'pit.addDocument': (node, given) => this.addDocument(node, given),
      'pit.renameDocument': (node, given) => this.renameDocument(node, given),
      'pit.editDocument': (node, given) => this.editDocument(node, given),
      'pit.editQuestion': (node, given) => this.editQuestion(node, given),
      'pit.editAnswers': (node, given) => this.editAnswers(node, given),
    };
    const several: Record<string, (nodes: readonly Node[], given: Given) => unknown> = {
      'pit.deleteExamples': (nodes) => this.delete(nodes),
      'pit.moveExamples': (nodes, given) => this.move(nodes, given),
    };
    return vscode.Disposable.from(
      ...Object.entries(handlers).map(([id, handle]) =>
        vscode.commands.registerCommand(id, (node?: Node, given?: unknown) =>
          this.guard(() => handle(node ?? this.selection()[0], givenIn(given))),
        ),
      ),
      ...Object.entries(several).map(([id, handle]) =>
        vscode.commands.registerCommand(id, (node?: Node, nodes?: readonly Node[], given?: unknown) =>
          this.guard(() => handle(nodes ?? (node ? [node] : this.selection()), givenIn(given))),
        ),
      ),
      vscode.commands.registerCommand('pit.refreshDatasets', () => this.lab.library.refresh()),
      vscode.commands.registerCommand('pit.openSource', (node?: Node, options?: vscode.TextDocumentShowOptions) =>
        this.guard(() => openSource(node ?? this.selection()[0], options)),
      ),
    );
  }

  private async addQuestion(node: Node | undefined, given: Given): Promise<void> {
    const at = wanted(node, 'document', 'question');
    const question = given.question ?? (await askText('Question'));
    const answers = question === undefined ? undefined : (given.answers ?? (await askNewAnswers()));
    if (question === undefined || !answers) return;
    const document = at.kind === 'document' ? at.document.id : at.question.documentId;
    const before = given.before ?? (at.kind === 'question' ? nextOf(at) : undefined);
    await this.make(at.holding, { kind: 'add question', document, question, answers, before });
  }

  private async addDocument(node: Node | undefined, given: Given): Promise<void> {
    const at = node ?? (await this.only());
    const title = given.title ?? (await askTitle());
    const text = title === undefined ? undefined : (given.text ?? (await askText('Text of the document')));
    if (title === undefined || text === undefined) return;
    const after = documentOf(at);
    await this.make(at.holding, {
      kind: 'add document',
      title,
      text,
      split: given.split ?? (await splitFor(at)),
      after: after?.id,
    });
  }

  /** A name that is the id too is changed wherever it stands. */
  private async renameDocument(node: Node | undefined, given: Given): Promise<void> {
    const { document, holding } = wanted(node, 'document');
    const title = (given.title ?? (await askTitle(document.title)))?.trim();
    if (title === undefined || title === document.title) return;
    const isNamed = document.title === document.id && document.source.file.endsWith('.qa');
    if (!isNamed) return this.make(holding, { kind: 'change document', id: document.id, title });
    const { file, line } = document.source;
    const heading = (await vscode.workspace.openTextDocument(file)).lineAt(line - 1).text;
    const at = new vscode.Position(line - 1, /^#[ \t]*/.exec(heading)?.[0].length ?? 0);
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      ...[vscode.Uri.file(file), at, title],
    );
    await makeEdit(edit);
  }

  private async editDocument(node: Node | undefined, given: Given): Promise<void> {
    const { document, holding } = wanted(node, 'document');
    const text = given.text ?? (await askText(`Text of ${document.title}`, document.text));
    if (text !== undefined) await this.make(holding, { kind: 'change document', id: document.id, text });
  }

  private async editQuestion(node: Node | undefined, given: Given): Promise<void> {
    const { question, holding } = wanted(node, 'question');
    const text = given.question ?? (await askText('Question', question.question));
    if (text !== undefined) await this.make(holding, { kind: 'change question', id: question.id, question: text });
  }

  private async editAnswers(node: Node | undefined, given: Given): Promise<void> {
    const { question, holding } = wanted(node, 'question');
    const answers = given.answers ?? (await askAnswers(question.answers));
    if (answers) await this.make(holding, { kind: 'change question', id: question.id, answers });
  }

  private async delete(nodes: readonly Node[]): Promise<void> {
    const dragged = nodes.length > 0 ? draggedFrom(nodes) : undefined;
    if (!dragged) throw new UserError('Choose documents or questions to delete.');
    await this.make(nodes[0].holding, { kind: 'delete', ids: [...dragged.documents, ...dragged.questions] });
  }

  private async move(nodes: readonly Node[], given: Given): Promise<void> {
    const dragged = nodes.length > 0 ? draggedFrom(nodes) : undefined;
    if (!dragged) throw new UserError('Choose documents or questions to move.');
    const { holding } = nodes[0];
    const { whole } = await this.shelves.of(holding);
    const { documents, questions } = dragged;
    const { before } = given;
    if (documents.length > 0) {
      const split = given.split ?? (await pickSplit(whole));
      if (split !== undefined) await this.make(holding, { kind: 'move documents', ids: documents, split, before });
    } else {
      const document = given.document ?? (await pickDocument(whole));
      if (document !== undefined)
        await this.make(holding, { kind: 'move questions', ids: questions, document, before });
    }
  }

  /** The dataset that is meant where none is named. */
  private async only(): Promise<Node> {
    const holdings = await this.lab.library.holdings();
    if (holdings.length === 0) throw new UserError('No dataset is in this workspace.');
    const items = holdings.map((holding) => ({ label: holding.label, holding }));
    const chosen = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: 'Dataset' });
    if (!chosen) throw new vscode.CancellationError();
    return { kind: 'dataset', holding: chosen.holding, shelf: await this.shelves.of(chosen.holding) };
  }
}

/** Menus hand over other things. */
function givenIn(word: unknown): Given {
  return typeof word === 'object' && word !== null && !Array.isArray(word) ? (word as Given) : {};
}

function wanted<Kind extends 'document' | 'question'>(node: Node | undefined, ...kinds: Kind[]): NodeOf<Kind> {
  if (node && kinds.some((kind) => kind === node.kind)) return node as NodeOf<Kind>;
  throw new UserError(`Choose a ${kinds.join(' or a ')} in the Datasets view first.`);
}

function nextOf({ question, shelf }: NodeOf<'question'>): string | undefined {
  const all = shelf.whole.questionsOf(question.documentId);
  return all[all.findIndex(({ id }) => id === question.id) + 1]?.id;
}

/** The document that a row is about. */
function documentOf(node: Node): Document | undefined {
  if (node.kind === 'document') return node.document;
  return node.kind === 'question' ? node.shelf.whole.document(node.question.documentId) : undefined;
}

function splitFor(node: Node): string {
  if (node.kind === 'split' || node.kind === 'portion') return node.split.name;
  return documentOf(node)?.split ?? node.shelf?.whole.splits[0]?.name ?? 'train';
}
