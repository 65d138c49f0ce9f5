/** The commands of the Schedule view. Each becomes one wish, and a wish one edit of the file. */
import * as vscode from 'vscode';
import { telling } from '../telling';
import { UserError } from '../../errors';
import type { StageChange } from '../../schedule/edit';
import type { StageFields } from '../../schedule/edit-stages';
import type { Lab } from '../lab';
import { applyWish } from './apply';
import { readBatch, wrongCount, wrongRate } from './entries';
import type { Node, NodeOf } from './nodes';
import { askBatch, askNumber, pickExperiment, pickPlace, pickRecipe, pickSeed, pickStage } from './picks';
import type { Wish } from './protocol';
import type { ScheduleSession } from './session';

type Handler = (node?: Node, given?: unknown) => unknown;
type StageNode = NodeOf<'stage'>;

/** What the commands do with the session of the window. */
export class ScheduleCommands {
  constructor(
    private readonly lab: Pick<Lab, 'experiments' | 'log'>,
    private readonly session: ScheduleSession,
  ) {}

  /** Makes a change, or says why it can't be made. */
  readonly make = (wish: Wish): Promise<void> => this.guard(() => applyWish(this.session, this.lab.experiments, wish));

  register(): vscode.Disposable {
    const stage = (
      id: string,
      change: (node: StageNode, given?: unknown) => Promise<StageChange | undefined> | StageChange,
    ): [string, Handler] => [id, (node, given) => this.changeStage(node, given, change)];
    const handlers: [string, Handler][] = [
      ['pit.chooseExperiment', () => this.chooseExperiment()],
      ['pit.openExperiment', (node) => this.openExperiment(node)],
      ['pit.showSeed', (_, given) => this.showSeed(given)],
      ['pit.applyRecipe', (node, given) => this.applyRecipe(node, given)],
      [
        'pit.removeRecipe',
        (node) => node?.kind === 'variant' && this.make({ kind: 'remove recipe', variant: node.at.variant }),
      ],
      ['pit.addStage', (node, given) => this.addStage(node, given)],
      ['pit.keepOrder', (node) => this.keepOrder(node)],
      stage('pit.arrangeShuffled', () => ({ kind: 'arrange', arrangement: 'shuffled' })),
      stage('pit.arrangeGrouped', () => ({ kind: 'arrange', arrangement: 'grouped' })),
      stage('pit.arrangeInterleaved', () => ({ kind: 'arrange', arrangement: 'interleaved' })),
      stage('pit.putQuestionsFirst', () => ({ kind: 'first', first: 'questions' })),
      stage('pit.putDocumentsFirst', () => ({ kind: 'first', first: 'documents' })),
      stage('pit.setEpochs', async ({ outline }, given) => {
        const text = given ?? (await askNumber('Times each example is seen', outline.epochs, wrongCount));
        return text === undefined ? undefined : { kind: 'epochs', epochs: Number(text) };
      }),
      stage('pit.setRate', async ({ outline }, given) => {
        const text = given ?? (await askNumber('Peak learning rate', outline.rate, wrongRate));
        return text === undefined ? undefined : { kind: 'rate', rate: Number(text) };
      }),
      stage('pit.setBatch', async ({ outline }, given) => {
        const batch = readBatch(String(given ?? (await askBatch(outline)) ?? ''));
        return batch === undefined ? undefined : { kind: 'batch', batch };
      }),
      stage('pit.duplicateStage', () => ({ kind: 'duplicate' })),
      stage('pit.removeStage', () => ({ kind: 'remove' })),
      stage('pit.moveStageUp', ({ outline }) => ({ kind: 'move', to: Math.max(1, outline.number - 1) })),
      stage('pit.moveStageDown', ({ outline }) => ({ kind: 'move', to: outline.number + 1 })),
    ];
    return vscode.Disposable.from(
      vscode.commands.registerCommand('pit.leaveOutExamples', (node?: Node, nodes?: Node[]) =>
        this.leaveOut(nodes ?? (node ? [node] : [])),
      ),
      ...handlers.map(([id, handler]) =>
        vscode.commands.registerCommand(id, (node?: Node, given?: unknown) =>
          this.guard(async () => handler(node, given)),
        ),
      ),
    );
  }

  async guard(work: () => unknown): Promise<void> {
    await telling(this.lab, async () => work())();
  }

  private async changeStage(
    node: Node | undefined,
    given: unknown,
    change: (node: StageNode, given?: unknown) => Promise<StageChange | undefined> | StageChange,
  ): Promise<void> {
    if (node?.kind !== 'stage') return;
    // The view passes the rows that are selected as well.
    const wished = await change(node, Array.isArray(given) ? undefined : given);
    if (wished) await this.make({ ...wished, variant: node.at.variant, stage: node.outline.number });
  }

  private async chooseExperiment(): Promise<void> {
    const file = await pickExperiment(this.lab.experiments);
    if (file) this.lab.experiments.activate(file);
  }

  private async openExperiment(node?: Node): Promise<void> {
    const file = this.lab.experiments.active;
    if (!file) throw new UserError('No experiment is open: choose one first.');
    const at = new vscode.Position(node?.kind === 'note' ? (node.line ?? 1) - 1 : 0, 0);
    await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
  }

  private async showSeed(given: unknown): Promise<void> {
    const shown = await this.session.shown();
    const seed = typeof given === 'number' ? given : await pickSeed(shown.opened, this.session.at(0, shown).seed);
    if (seed !== undefined) this.session.showSeed(seed);
  }

  private async applyRecipe(node: Node | undefined, given: unknown): Promise<void> {
    const { opened } = await this.session.shown();
    const recipe = typeof given === 'string' ? given : await pickRecipe();
    if (recipe === undefined) return;
    if (node?.kind === 'variant') return this.make({ kind: 'apply recipe', recipe, variant: node.at.variant });
    const place = opened.variants.length > 1 ? await pickPlace(opened) : 'all';
    if (place === 'beside') await this.make({ kind: 'add recipe', recipe });
    else if (place === 'all') await this.make({ kind: 'apply recipe', recipe });
    else if (place !== undefined) await this.make({ kind: 'apply recipe', recipe, variant: place });
  }

  /** Behind the stage of a row, or at the end. */
  private async addStage(node: Node | undefined, given: unknown): Promise<void> {
    const shown = await this.session.shown();
    const entry = isEntry(given) ? given : await pickStage(shown);
    if (!entry) return;
    const variant = node && 'at' in node ? node.at.variant : 0;
    const after = node?.kind === 'stage' ? node.outline.number : shown.opened.variants[variant].stages;
    await this.make({ kind: 'add', variant, stage: after, entry });
  }

  private async keepOrder(node: Node | undefined): Promise<void> {
    if (node?.kind === 'epoch') await this.make({ kind: 'keep order', ...node.at });
    if (node?.kind === 'stage')
      await this.make({ kind: 'keep order', ...node.at, stage: node.outline.number, epoch: 1 });
  }

  private async leaveOut(nodes: readonly Node[]): Promise<void> {
    const examples = nodes.filter((node): node is NodeOf<'example'> => node.kind === 'example');
    const [first] = examples;
    if (!first) return;
    const places = examples.filter(
      ({ at }) => at.stage === first.at.stage && at.epoch === first.at.epoch && at.variant === first.at.variant,
    );
    await this.make({ kind: 'leave out examples', places: places.map(({ place }) => place), ...first.at });
  }
}

function isEntry(given: unknown): given is StageFields {
  return typeof given === 'object' && given !== null && 'parts' in given;
}
