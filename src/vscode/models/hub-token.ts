/**
 * The token for gated and private models on the hub. It lies in the secret storage of VS Code and is handed on in
 * memory alone: no setting, file, log or message holds it.
 */
import * as vscode from 'vscode';
import { isToken } from '../../model/hub/token';

const key = 'pit.hubToken';

export class HubToken {
  constructor(private readonly secrets: vscode.SecretStorage) {}

  get(): Thenable<string | undefined> {
    return this.secrets.get(key);
  }

  async set(): Promise<void> {
    if (await this.ask()) tell('The token of the hub is kept.');
  }

  /** Asks for one and keeps it; false where the person changed their mind. */
  async ask(): Promise<boolean> {
    const token = await vscode.window.showInputBox({
      title: 'Token of the Hugging Face hub',
      prompt: 'Kept in the secret storage of VS Code, and shown to the hub alone.',
      placeHolder: 'hf_…',
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) =>
        isToken(text.trim()) ? undefined : 'It begins with "hf_" and holds letters and digits.',
    });
    if (token === undefined) return false;
    await this.secrets.store(key, token.trim());
    return true;
  }

  async forget(): Promise<void> {
    const wasThere = (await this.get()) !== undefined;
    await this.secrets.delete(key);
    tell(wasThere ? 'The token of the hub is forgotten.' : 'No token of the hub was kept.');
  }
}

/** Nobody waits for an answer. */
const tell = (sentence: string) => void vscode.window.showInformationMessage(sentence);
