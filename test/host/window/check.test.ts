/** What is said before a run of what would end it, in a real window: by the Schedule view's experiment and by Run PIT. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Lab } from '../../../src/vscode/lab';
import { fillWorld } from '../../cli/small';
import { answering, theLab, until, workspaceFolder } from '../support';

const manual = { parts: ['documents:test'], arrangement: 'manual', order: ['nobody'] };

describe('the check before a run', function () {
  this.timeout(120_000);
  let lab: Lab;
  let root: string;

  before(async () => {
    lab = await theLab();
  });
  beforeEach(() => mkdirSync((root = join(workspaceFolder(), 'checked')), { recursive: true }));
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(root, { recursive: true, force: true });
  });

  const marks = (file: string) =>
    vscode.languages.getDiagnostics(vscode.Uri.file(file)).map(({ range, code, severity }) => {
      const line = readFileSync(file, 'utf8').split('\n')[range.start.line].trim();
      return `${severity === vscode.DiagnosticSeverity.Error ? 'error' : 'warning'} ${String(code)} ${line}`;
    });

  it('marks an id that no text has, while the Schedule view shows the experiment', async () => {
    const file = await fillWorld(root, { recipes: undefined, stages: [manual] }, 'marked');
    await vscode.commands.executeCommand('pit.schedule.focus');
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    await until(() => lab.experiments.active?.fsPath === file);
    await until(() => marks(file).length > 0);
    assert.deepEqual(marks(file), ['error stages[0].order[0] "nobody"']);
    writeFileSync(
      file,
      readFileSync(file, 'utf8')
        .replace('"manual"', '"shuffled"')
        .replace(/,\s*"order": \[[^\]]*\]/, ''),
    );
    await until(() => marks(file).length === 0);
  });

  it('ends Run PIT at a question that is too long, with its file and line, and makes no run', async () => {
    const file = await fillWorld(root, { training: { sequence: 24 } }, 'long');
    const said = answering('showErrorMessage');
    const choice = { variants: ['pit'], seeds: [1] };
    const started = await vscode.commands.executeCommand('pit.run', vscode.Uri.file(file), choice);
    assert.equal(started, undefined);
    await until(() => said.length > 0);
    assert.match(said[0], /^long\.pit\.json can't run: \d+ errors? in it or its data\.$/);
    assert.equal(existsSync(join(root, 'runs')), false);
    const questions = marks(join(root, 'data/train/qa.jsonl'));
    assert.ok(questions.length > 0);
    assert.ok(
      questions.every((mark) => mark.startsWith('error question {"wiki_id"')),
      questions[0],
    );
    assert.deepEqual(marks(file), ['warning training.sequence "sequence": 24']);
  });
});
