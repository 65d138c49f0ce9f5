/** The hover over a question: how its answer developed over the stages of the chosen run, and what other runs say. */
import * as vscode from 'vscode';
import { nameOf } from '../../run/names';
import type { Lab } from '../lab';
import { spotsOf } from './document-spots';
import { acrossRuns, overStages } from './history';
import { hoverMarkdown } from './hover-text';
import type { Sheet, Sheets } from './sheets';
import { type Spot, spotAt } from './spots';

export class ResultsHover implements vscode.HoverProvider {
  constructor(
    private readonly lab: Lab,
    private readonly sheets: Sheets,
  ) {}

  async provideHover(document: vscode.TextDocument, { line }: vscode.Position): Promise<vscode.Hover | undefined> {
    const sheet = await this.sheets.of(document.uri.fsPath);
    const spot = sheet && spotAt(await spotsOf(document, sheet), line);
    const text = spot && (await this.markdown(sheet, spot));
    if (!text) return undefined;
    const last = document.lineAt(Math.min(spot.endLine, document.lineCount - 1)).range.end;
    return new vscode.Hover(new vscode.MarkdownString(text), new vscode.Range(new vscode.Position(spot.line, 0), last));
  }

  private async markdown({ standing, find }: Sheet, { question }: Spot): Promise<string | undefined> {
    const { folder, evaluations, checkpoint } = standing ?? {};
    const others = this.lab.runs.all().filter((run) => run.folder.path !== folder?.path);
    const stages =
      evaluations && folder
        ? await overStages(folder, evaluations.all, question, (stage) => evaluations.stageName(stage))
        : [];
    const runs = await acrossRuns(
      others.map((run) => run.folder),
      question,
    );
    const source = [folder && nameOf(folder.identity), checkpoint?.label].filter(Boolean).join(', ');
    return hoverMarkdown({ found: find(question), source, stages, runs });
  }
}
