/** Answers beside the questions: in the files, in the Testing view, and asked of a checkpoint. */
import * as vscode from 'vscode';
import type { Lab } from '../lab';
import { Answerers } from './answerers';
import { Chosen } from './chosen';
import { askModel, chooseCheckpoint, pickResults } from './commands';
import { InlineResults } from './decorations';
import { ResultsHover } from './hover';
import { ResultsLenses } from './lenses';
import { Publisher } from './publish';
import { Sheets } from './sheets';
import { telling } from '../telling';
import { QuestionTests } from './tests';

/** Files that may hold questions. */
const files: vscode.DocumentSelector = { scheme: 'file', pattern: '**/*.{qa,jsonl,ndjson,csv,tsv,json}' };

export function registerResults(lab: Lab): void {
  const chosen = new Chosen(lab);
  const sheets = new Sheets(lab, chosen);
  const lenses = new ResultsLenses(sheets, chosen);
  const answerers = new Answerers(lab, chosen);
  const tests = new QuestionTests(lab, chosen, answerers);
  const inline = new InlineResults(lab, sheets);
  lab.context.subscriptions.push(
    ...[chosen, sheets, inline, lenses, answerers, tests, new Publisher(lab, tests)],
    vscode.languages.registerHoverProvider(files, new ResultsHover(lab, sheets)),
    vscode.languages.registerCodeLensProvider(files, lenses),
    vscode.commands.registerCommand('pit.askModel', telling(lab, askModel(sheets, tests))),
    vscode.commands.registerCommand('pit.pickResults', telling(lab, pickResults(lab))),
    vscode.commands.registerCommand('pit.chooseCheckpoint', telling(lab, chooseCheckpoint(lab, chosen))),
  );
  lab.results = {
    verdicts: (document) => inline.verdictsFor(document),
    controller: tests.controller,
    ask: (request, token) => tests.run(request, token),
    onDidEndTestRun: tests.onDidEnd,
  };
}
