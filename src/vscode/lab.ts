/**
 * What the parts of the extension offer each other, one of each for a window. A part registers its views and commands
 * with what is here and imports no other part's insides.
 */
import type * as vscode from 'vscode';
import type { LoadedDataset } from '../dataset/load';
import type { Prediction } from '../run/events';
import type { Evaluating } from '../run/progress';
import type { RunFolder } from '../run/folder';
import type { RunState } from '../run/states';
import type { Change } from '../schedule/edit';
import type { ReadExperiment } from '../schedule/read-experiment';
import type { PageMessage, RunFacts } from '../../webview/messages';
import type { Holding } from './datasets/holdings';
import type { Node as DatasetNode } from './datasets/nodes';
import type { InlineVerdict } from './results/inline';
import type { Node as ScheduleNode } from './schedule/nodes';
import type { TestRunSummary } from './results/test-report';

export type { Holding };

export interface Lab {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  library: Library;
  experiments: Experiments;
  runs: Runs;
  /** What has to be ended, and waited for, before the window may go. */
  endings: (() => Promise<void>)[];
  /** Set by the part that shows results. */
  results?: Results;
  /** Set by the part that shows datasets. */
  datasets?: DatasetsView;
  /** Set by the part that shows schedules: its rows, and what happens when something is dropped on one. */
  schedule?: ScheduleView;
  /** Set by the part that shows runs in a page. */
  dashboard?: Dashboard;
}

/** The dashboard, for others to look at. */
export interface Dashboard {
  readonly panel: vscode.WebviewPanel | undefined;
  /** Paths of the runs that are shown, in order. */
  readonly shown: readonly string[];
  /** What is known of a run that is shown. */
  facts(path: string): RunFacts | undefined;
  /** The page has said something, and it has been answered. */
  readonly onDidHear: vscode.Event<PageMessage>;
}

export interface DatasetsView {
  tree: vscode.TreeDataProvider<DatasetNode>;
  drag: vscode.TreeDragAndDropController<DatasetNode>;
  view: vscode.TreeView<DatasetNode>;
}

export interface ScheduleView {
  tree: vscode.TreeDataProvider<ScheduleNode>;
  drag: vscode.TreeDragAndDropController<ScheduleNode>;
  /** Makes a change in the file of the active experiment, or says why it can't be made. */
  make(change: Change): Promise<void>;
}

export interface Library extends vscode.Disposable {
  /** Which datasets there are, or what one of them holds, has changed; unsaved edits count. */
  readonly onDidChange: vscode.Event<void>;
  holdings(): Promise<Holding[]>;
  /** What a dataset holds, with unsaved edits; read once and kept until one of its files changes. */
  load(holding: Holding): Promise<LoadedDataset>;
  /** Forgets everything, experiments included, and finds and reads it anew. */
  refresh(): void;
}

export interface Experiments extends vscode.Disposable {
  /** Which files there are, what one of them says (unsaved edits count), or which one is active has changed. */
  readonly onDidChange: vscode.Event<void>;
  /** Every `*.pit.json` of the workspace outside run folders, in order. */
  files(): Promise<vscode.Uri[]>;
  /** The one that views and commands speak of unless told otherwise. */
  readonly active: vscode.Uri | undefined;
  activate(file: vscode.Uri): void;
  /** Looks again which files there are and what they say. */
  refresh(): void;
  /** What a file says now, unsaved edits included; its problems name lines and fields. */
  read(file: vscode.Uri): Promise<ReadExperiment & { name: string }>;
}

/** What has just been learnt of a run. */
export interface RunNews {
  path: string;
  /** Undefined for a run that is gone. */
  run?: LiveRun;
}

/** The stage that is being trained; stages and steps count from 1, and step 0 is before the first. */
export interface StageProgress {
  number: number;
  name: string;
  steps: number;
  step: number;
}

/** How far a run is. */
export interface RunStanding {
  /** Done so far, 0 to 1. */
  done: number;
  /** Undefined where that can't be told yet. */
  secondsLeft?: number;
  stage?: StageProgress;
  /** A part of a long evaluation that is made now. */
  evaluating?: Evaluating;
}

/** A run as the window knows it; everything in it can be read again from the folder. */
export interface LiveRun {
  folder: RunFolder;
  state: RunState;
  /** Why it stopped, failed or was interrupted, in one sentence. */
  reason?: string;
  /** Undefined where that can't be told yet. */
  progress?: RunStanding;
}

export interface Runs extends vscode.Disposable {
  /** A run was found, went on, ended or is gone; at most a few times a second for each. */
  readonly onDidChange: vscode.Event<RunNews>;
  /** Every run of the workspace, the newest first. */
  all(): LiveRun[];
  get(path: string): LiveRun | undefined;
  /** The run whose answers stand in the files and whose checkpoints answer; the newest finished one until one is chosen. */
  readonly chosen: LiveRun | undefined;
  readonly onDidChoose: vscode.Event<void>;
  choose(path: string): void;
}

/** What stands beside the questions, for others to look at. */
export interface Results {
  /** What is written behind the answers of a document. */
  verdicts(document: vscode.TextDocument): Promise<InlineVerdict[]>;
  readonly controller: vscode.TestController;
  /** Asks the chosen checkpoint the questions of a request, as the Testing view does. */
  ask(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<Prediction[]>;
  /** A run of the Testing view is over: questions that were asked, or a finished evaluation that was published. */
  readonly onDidEndTestRun: vscode.Event<TestRunSummary>;
}
