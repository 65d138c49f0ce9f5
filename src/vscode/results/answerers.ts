/** The answering processes of this window, one for each checkpoint that is asked; all of them end with the window. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../errors';
import type { Lab } from '../lab';
import type { Chosen } from './chosen';
import { AnswererClient } from './client';

/** Milliseconds without a question after which a process ends. */
const idle = 5 * 60_000;
/** Questions asked at a time: as many as an experiment answers at once by default. */
const portion = 64;

export class Answerers {
  private readonly clients = new Map<string, AnswererClient>();

  constructor(
    private readonly lab: Lab,
    private readonly chosen: Chosen,
  ) {}

  /** Who answers for the chosen checkpoint. @throws UserError where there is none to ask */
  async current(): Promise<AnswererClient> {
    if (!vscode.workspace.isTrusted) throw new UserError('Trust this workspace to ask the model.');
    const run = this.lab.runs.chosen;
    if (!run) throw new UserError('There is no finished run to ask yet. Run PIT first, or choose a run.');
    const checkpoint = await this.chosen.checkpoint();
    if (!checkpoint) throw new UserError(`${run.folder.path} has no checkpoint to ask.`);
    return this.clientFor(run.folder.path, checkpoint.path);
  }

  dispose(): void {
    for (const client of this.clients.values()) client.dispose();
  }

  private clientFor(run: string, model: string): AnswererClient {
    const known = this.clients.get(model);
    if (known) return known;
    const command = [process.execPath, join(__dirname, 'answerer.cjs'), run, model];
    const client = new AnswererClient({ command, idle, portion, log: (text) => this.lab.log.info(text) });
    this.clients.set(model, client);
    return client;
  }
}
