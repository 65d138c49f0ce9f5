/** Asks which model the active experiment starts from, and on which device it is trained; writes it into the file. */
import { basename, dirname, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../errors';
import type { Change } from '../../schedule/edit';
import type { WantedModel } from '../../schedule/edit-settings';
import type { Experiment } from '../../schedule/experiment';
import { withAbsolutePaths } from '../../schedule/paths';
import { Desk } from '../desk';
import { isHidden } from '../folders';
import type { Lab } from '../lab';
import { tryDevices } from './devices';
import type { Imports } from './imports';
import { deviceItems, modelItems } from './items';
import { isSame, type Looking, type Offer } from './protocol';
import type { Choice } from './rows';

interface About {
  file: string;
  /** With absolute paths. */
  experiment: Experiment;
  /** The folder beside it that holds a folder for each import. */
  imports: string;
}

/** Files that are looked at and runs that are offered, at most. */
const most = { files: 300, runs: 20 };
const weightFiles = '**/{model.safetensors,model.safetensors.index.json,pytorch_model*.bin}';

export class ModelChoice implements vscode.Disposable {
  private readonly desk = new Desk<Looking>('model-worker.cjs');

  constructor(
    private readonly lab: Pick<Lab, 'experiments' | 'runs' | 'schedule'>,
    private readonly imports: Imports,
  ) {}

  async chooseModel(): Promise<void> {
    const about = await this.about();
    const items = this.offers(about).then((offers) => modelItems(offers, about.experiment.model));
    const title = 'The model that training starts from';
    const placeHolder = 'A size, a folder, a GGUF file, or a model on the hub';
    const item = await vscode.window.showQuickPick(items, {
      title,
      placeHolder,
      matchOnDescription: true,
      matchOnDetail: true,
    });
    const model = item?.choice && (await this.modelOf(item.choice, about));
    if (model === undefined || isSame(model, about.experiment.model)) return;
    await this.change(about, { kind: 'model', model: asWritten(model, about) });
  }

  async chooseDevice(): Promise<void> {
    const about = await this.about();
    const { device, engine } = about.experiment;
    // Where nothing is trained no process is started either.
    const states = vscode.workspace.isTrusted ? tryDevices(engine) : Promise.resolve([]);
    const items = states.then((states) => deviceItems(about.experiment, states));
    const options = { title: 'Where training computes', matchOnDescription: true, matchOnDetail: true };
    const item = await vscode.window.showQuickPick(items, options);
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
    const place = dirname(active.fsPath);
    return { file: active.fsPath, experiment: withAbsolutePaths(experiment, place), imports: join(place, 'models') };
  }

  private async offers(about: About): Promise<Offer[]> {
    const finished = this.lab.runs.all().filter(({ state }) => state === 'finished');
    const runs = finished.slice(0, most.runs).map(({ folder }) => folder.path);
    const [folders, ggufs] = await Promise.all([foldersWithWeights(), find('**/*.gguf')]);
    return this.desk.do('offers', about.experiment, { folders, ggufs, runs, imports: about.imports });
  }

  /** What the experiment shall name; undefined where the person changed their mind. */
  private async modelOf(choice: Choice, about: About): Promise<WantedModel | undefined> {
    if (choice.kind === 'hub') return this.imports.fromHub(about.experiment, about.imports);
    const offer = choice.kind === 'offer' ? choice.offer : await this.askFor(choice.kind, about);
    if (!offer) return undefined;
    if ('refused' in offer) throw new UserError(offer.refused);
    return offer.group === 'gguf' ? this.imports.fromGguf(offer) : offer.model;
  }

  private async askFor(kind: 'gguf' | 'folder', { experiment, file, imports }: About): Promise<Offer | undefined> {
    const places = await vscode.window.showOpenDialog({
      canSelectFolders: kind === 'folder',
      canSelectFiles: kind === 'gguf',
      ...(kind === 'gguf' && { filters: { GGUF: ['gguf'] } }),
      defaultUri: vscode.Uri.file(dirname(file)),
      openLabel: 'Choose',
      title: kind === 'gguf' ? 'A GGUF file' : 'A model folder',
    });
    const model = places?.[0].fsPath;
    return model === undefined
      ? undefined
      : this.desk.do('look', experiment, { group: kind, name: basename(model), model }, imports);
  }

  /** Paths are relative to the file that was asked about. */
  private async change({ file }: About, change: Change): Promise<void> {
    if (this.lab.experiments.active?.fsPath !== file)
      throw new UserError('Another experiment is active by now: no file was changed.');
    await this.lab.schedule?.make(change);
  }
}

async function foldersWithWeights(): Promise<string[]> {
  return [...new Set((await find(weightFiles)).map((file) => dirname(file)))];
}

/** Paths, in order. */
async function find(pattern: string): Promise<string[]> {
  const files = await vscode.workspace.findFiles(pattern, '**/{node_modules,runs,*.tmp}/**', most.files);
  return files
    .map(({ fsPath }) => fsPath)
    .filter((path) => !isHidden(path))
    .sort();
}

/** Relative to the file and the same on every system. */
function asWritten(model: WantedModel, { file }: About): WantedModel {
  return typeof model === 'string' ? relative(dirname(file), model).split(sep).join('/') || '.' : model;
}
