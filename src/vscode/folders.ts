/** Folders that come and go in the workspace: the watcher may say nothing of the files that they bring or take along. */
import { extname } from 'node:path';
import * as vscode from 'vscode';

/** Below the workspace: what holds packages, runs or nothing for people. */
const hidden = /(^|[\\/])(node_modules|runs|\.[^\\/]*)([\\/]|$)/;

/** Whether nobody looks for data or experiments at a path. */
export function isHidden(path: string): boolean {
  return hidden.test(vscode.workspace.asRelativePath(path, false));
}

/** Calls back with the path of a folder that has come or gone. */
export function watchFolders(note: (path: string) => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**', false, true, false);
  const tell = ({ fsPath }: vscode.Uri) => {
    if (extname(fsPath) === '' && !isHidden(fsPath)) note(fsPath);
  };
  return vscode.Disposable.from(watcher, watcher.onDidCreate(tell), watcher.onDidDelete(tell));
}
