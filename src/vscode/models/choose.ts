/** Asks which model the active experiment starts from, and on which device it is trained; writes it into the file. */
import { basename, dirname, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../errors';
import type { Change } from '../../schedule/edit';
import type { WantedModel } from '../../schedule/edit-settings';
import type { Experiment } from '../../schedule/experiment';
import { withAbsolutePaths } from '../../schedule/paths';
import { Desk } from '../desk';
import { isHidden } from '../folders';
import type { Lab } from '../lab';
import { deviceItems, modelItems } from './items';
import { isSame, type Looking, type Offer } from './protocol';

interface About {
  file: string;
  /** With absolute paths. */
  experiment: Experiment;
}

/** Files that are looked at and runs that are offered, at most. */
const most = { files: 300, runs: 20 };
const weightFiles = '**/{model.safetensors,model.safetensors.index.json,pytorch_model*.bin}';

export class ModelChoice implements vscode.Disposable {
  private readonly desk = new Desk<Looking>('model-worker.cjs');

  constructor(private readonly lab: Pick<Lab, 'experiments' | 'runs' | 'schedule'>) {}

  async chooseModel(): Promise<void> {
    const about = await this.about();
    const items = this.offers(about).then((offers) => modelItems(offers, about.experiment.model));
    const title = 'The model that training starts from';
    const options = { title, placeHolder: 'A size, or a folder', matchOnDescription: true, matchOnDetail: true };
    const item = await vscode.window.showQuickPick(items, options);
    const offer = item && (item.offer ?? (await this.askForFolder(about)));
    if (!offer) return;
    if ('refused' in offer) throw new UserError(offer.refused);
    if (isSame(offer.model, about.experiment.model)) return;
    await this.change(about, { kind: 'model', model: asWritten(offer.model, about) });
  }

  async chooseDevice(): Promise<void> {
    const about = await this.about();
    const { device } = about.experiment;
    const options = { title: 'Where training computes', matchOnDetail: true };
    const item = await vscode.window.showQuickPick(deviceItems(device), options);
    if (item && item.device !== device) await this.change(about, { kind: 'device', device: item.device });
  }

  dispose(): void {
    this.desk.dispose();
  }

  private async about(): Promise<About> {
    const { active } = this.lab.experiments;
    if (!active) throw new UserError('No experiment is open: choose one first.');
    const { experiment, problems } = await this.lab.experiments.read(active);
    if (!experiment) throw new UserError(`Put this right first: ${problems[0].message} (line ${problems[0].line})`);
    return { file: active.fsPath, experiment: withAbsolutePaths(experiment, dirname(active.fsPath)) };
  }

  private async offers({ experiment }: About): Promise<Offer[]> {
    const finished = this.lab.runs.all().filter(({ state }) => state === 'finished');
    const runs = finished.slice(0, most.runs).map(({ folder }) => folder.path);
    return this.desk.do('offers', experiment, { folders: await foldersWithWeights(), runs });
  }

  private async askForFolder({ experiment, file }: About): Promise<Offer | undefined> {
    const places = await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      defaultUri: vscode.Uri.file(dirname(file)),
      openLabel: 'Choose',
      title: 'A model folder',
    });
    const folder = places?.[0].fsPath;
    if (folder === undefined) return undefined;
    return this.desk.do('look', experiment, { group: 'folder', name: basename(folder), model: folder });
  }

  /** Paths are relative to the file that was asked about. */
  private async change({ file }: About, change: Change): Promise<void> {
    if (this.lab.experiments.active?.fsPath !== file)
      throw new UserError('Another experiment is active by now: nothing was done.');
    await this.lab.schedule?.make(change);
  }
}

async function foldersWithWeights(): Promise<string[]> {
  const files = await vscode.workspace.findFiles(weightFiles, '**/{node_modules,runs}/**', most.files);
  const folders = files.map(({ fsPath }) => dirname(fsPath)).filter((folder) => !isHidden(folder));
  return [...new Set(folders)].sort();
}

/** Relative to the file and the same on every system. */
function asWritten(model: WantedModel, { file }: About): WantedModel {
  return typeof model === 'string' ? relative(dirname(file), model).split(sep).join('/') || '.' : model;
}
