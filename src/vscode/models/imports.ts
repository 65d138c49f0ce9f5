/**
 * Imports what has to be a folder first: a GGUF file, or a model on the hub. What it brings and where it goes is shown
 * before anything happens; the work is done in a worker thread, and calling it off leaves nothing behind.
 */
import * as vscode from 'vscode';
import { fileSize } from '../../run/format';
import type { Experiment } from '../../schedule/experiment';
import { Desk, type Watch } from '../desk';
import { followed, type LongWork } from '../long-work';
import { isTrusted } from '../trust';
import { agreed, askHubName } from './asking';
import type { HubToken } from './hub-token';
import type { Facts, HubOffer, HubOrder, Importing, Pace, Place, TokenWish } from './protocol';

export class Imports implements vscode.Disposable {
  private readonly desk = new Desk<Importing>('model-worker.cjs');
  private readonly closing = new AbortController();
  private writing?: Promise<unknown>;

  constructor(private readonly token: HubToken) {}

  /** The folder that a GGUF file becomes, or has become before; undefined where the person changed their mind. */
  async fromGguf({ name, model, facts }: Place & { facts: Facts }): Promise<string | undefined> {
    const { folder, isThere, bytes } = facts.becomes!;
    if (isThere) return folder;
    if (!(await isTrusted('Importing a model'))) return undefined;
    const effect = `${fileSize(bytes)} are written into ${shown(folder)}, weights as F32.`;
    if (!(await agreed({ question: `Import ${name}?`, yes: 'Import', facts, effect }))) return undefined;
    const work = followed({ title: `Importing ${name}`, until: this.closing.signal }, (watch) =>
      this.desk.do('importGguf', model as string, folder, watch),
    );
    this.writing = work;
    return told(await work);
  }

  /** The same for a model on the hub, whose name is asked for. @param imports folder that holds a folder for each */
  async fromHub(experiment: Experiment, imports: string): Promise<string | undefined> {
    if (!(await isTrusted('Importing a model'))) return undefined;
    const name = await askHubName();
    if (name === undefined) return undefined;
    const order = { name: `hub:${name}`, imports };
    const found = await this.heard(order, { title: `Asking the hub about ${name}` }, (order, watch) =>
      this.desk.do('askHub', order, experiment, watch),
    );
    if (typeof found === 'string') return found;
    const { facts, folder } = found;
    const effect = downloadText(found);
    if (!(await agreed({ question: `Download ${name}?`, yes: 'Download', facts, effect }))) return undefined;
    const work = this.heard(order, { title: `Downloading ${name}` }, (order, watch) =>
      this.desk.do('importHub', order, folder, watch),
    );
    return told(await work);
  }

  /** Ends what would leave half a folder behind. A download is not ended: the next one goes on where it was. */
  async end(): Promise<void> {
    this.closing.abort(new vscode.CancellationError());
    await this.writing?.catch(() => undefined);
  }

  dispose(): void {
    this.desk.dispose();
  }

  /** Asks the person for a token where the hub wants one, and then the hub again. */
  private async heard<T>(
    order: HubOrder,
    how: LongWork,
    ask: (order: HubOrder, watch: Watch<Pace>) => Promise<T | TokenWish>,
  ): Promise<T> {
    for (;;) {
      const token = await this.token.get();
      const answer = await followed(how, (watch) => ask({ ...order, token }, watch));
      if (!isWish(answer)) return answer;
      const set = 'Set Hub Token…';
      const wanted = (await vscode.window.showWarningMessage(answer.wantsToken, set)) === set;
      if (!wanted || !(await this.token.ask())) throw new vscode.CancellationError();
    }
  }
}

function isWish<T>(answer: T | TokenWish): answer is TokenWish {
  return typeof answer === 'object' && answer !== null && 'wantsToken' in answer;
}

const shown = (folder: string) => vscode.workspace.asRelativePath(folder);

function told(folder: string): string {
  void vscode.window.showInformationMessage(`Imported: ${shown(folder)}`);
  return folder;
}

function downloadText({ missing, cache, folder }: HubOffer): string {
  const lies = `in Hugging Face's cache, ${cache}`;
  const comes = missing > 0 ? `${fileSize(missing)} are downloaded and kept ${lies}` : `All of it is ${lies}, already`;
  return `${comes}. ${shown(folder)} gets the weights under a second name, or as a copy where it is on another disk.`;
}
