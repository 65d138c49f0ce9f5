/** Asks where a new experiment shall stand: in the open folder, in a new folder of it, or anywhere else. */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { takenName } from '../../sample/names';

interface Place extends vscode.QuickPickItem {
  folder?: vscode.Uri;
}

/** Undefined where the person changed their mind. */
export async function choosePlace(): Promise<vscode.Uri | undefined> {
  const open = vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
  if (open.length === 0) return askFolder();
  const elsewhere: Place = { label: '$(folder-opened) Another Folder…', detail: 'The window opens it.' };
  const place = await vscode.window.showQuickPick([...open.map(placeIn), elsewhere], {
    title: 'New Experiment: where to',
  });
  return place && (place.folder ?? askFolder());
}

/** The folder itself where nothing of it is in the way, else a new one in it. */
function placeIn({ uri, name }: vscode.WorkspaceFolder): Place {
  if (takenName(uri.fsPath) === undefined) return { label: `$(folder) ${name}`, detail: uri.fsPath, folder: uri };
  const folder = freeFolder(uri);
  return { label: `$(new-folder) ${name}, in a new folder`, detail: folder.fsPath, folder };
}

function freeFolder(parent: vscode.Uri): vscode.Uri {
  for (let number = 1; ; number++) {
    const folder = vscode.Uri.joinPath(parent, number === 1 ? 'experiment' : `experiment-${number}`);
    if (!existsSync(folder.fsPath)) return folder;
  }
}

async function askFolder(): Promise<vscode.Uri | undefined> {
  const answer = await vscode.window.showOpenDialog({
    title: 'Folder for the new experiment',
    openLabel: 'Create Here',
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return answer?.[0];
}
