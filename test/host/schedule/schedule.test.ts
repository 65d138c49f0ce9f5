/** The Schedule view in a real window: its rows against the schedule that a run has, its edits in the text, its sheets. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { biosDefaults, writeBios } from '../../../src/dataset/bios';
import { loadDataset } from '../../../src/dataset/load';
import { compileSchedule } from '../../../src/schedule/compile';
import { sourcesOf, withAbsolutePaths } from '../../../src/schedule/paths';
import { parseExperiment } from '../../../src/schedule/read-experiment';
import { openModel } from '../../../src/trainer/starting-model';
import type { Lab, ScheduleView } from '../../../src/vscode/lab';
import type { Node, NodeOf } from '../../../src/vscode/schedule/nodes';
import { answering, next, picking, replace, theLab, until, workspaceFolder } from '../support';

const examplesMime = 'application/vnd.pit.examples';

const several = `{
  // Two orders are compared.
  "name": "several",
  "model": { "preset": "nano", "vocabulary": 300 },
  "data": "data", // people
  "recipes": ["it", { "recipe": "pit", "epochs": [2, 1] }],
  "seeds": [5, 6],
  "training": { "documents": { "batch": 4 }, "questions": { "batch": 4 }, "mixed": { "batch": 4 }, "keptQuestions": 2 }
}
`;

const written = `{
  "model": { "preset": "nano", "vocabulary": 300 },
  "data": "data",
  "stages": [
    // people and questions about them
    { "parts": ["questions:train", "documents:train"], "epochs": 2, "batch": 4, "arrangement": "interleaved" },
    { "parts": ["documents:test"], "epochs": 1, "rate": 0.01, "batch": { "tokens": 400 } } // new people
  ]
}
`;

describe('the Schedule view', function () {
  this.timeout(120_000);
  let lab: Lab;
  let view: ScheduleView;
  let folder: string;

  before(async () => {
    lab = await theLab();
    view = lab.schedule!;
    folder = join(workspaceFolder(), 'schedule');
    mkdirSync(folder, { recursive: true });
    writeBios(join(folder, 'data'), { ...biosDefaults, people: { train: 6, test: 4, base: 0 }, texts: 1, seed: 3 });
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens an experiment with this text in an editor; it becomes the active one. */
  async function open(text: string, name = 'test'): Promise<vscode.TextDocument> {
    const file = join(folder, `${name}.pit.json`);
    writeFileSync(file, text);
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document);
    if (document.getText() !== text) {
      const all = new vscode.Range(0, 0, document.lineCount, 0);
      await editor.edit((edit) => edit.replace(all, text), { undoStopBefore: true, undoStopAfter: true });
      await document.save();
    }
    await until(() => lab.experiments.active?.fsPath === file);
    await followed();
    return document;
  }

  /** Until the view has what the text says now: it follows with a little delay, and refuses to move what it doesn't show. */
  async function followed(): Promise<void> {
    const changed = next(lab.experiments.onDidChange);
    lab.experiments.refresh();
    await changed;
  }

  const rows = async (parent?: Node) => (await view.tree.getChildren(parent)) as Node[];
  const textOf = (node: Node) => view.tree.getTreeItem(node) as vscode.TreeItem;

  async function stages(variant?: number): Promise<NodeOf<'stage'>[]> {
    const roots = await rows();
    return (variant === undefined ? roots : await rows(roots[variant])) as NodeOf<'stage'>[];
  }

  /** Rows of the view that hold until they are as they should be: the view follows the text with a little delay. */
  async function stagesWhen(holds: (found: NodeOf<'stage'>[]) => boolean): Promise<NodeOf<'stage'>[]> {
    let found: NodeOf<'stage'>[] = [];
    await until(async () => holds((found = await stages())));
    return found;
  }

  /** Every example below a row, in order. */
  async function examples(parent: Node): Promise<NodeOf<'example'>[]> {
    const below = await rows(parent);
    const found = await Promise.all(below.map(async (node) => (node.kind === 'example' ? [node] : examples(node))));
    return found.flat();
  }

  const idsBelow = async (parent: Node) => (await examples(parent)).map(({ row }) => row.id);

  /** Ids by step, as a run of this text would train them. */
  async function realised(text: string, variant: number, stage: number, epoch: number, seed: number) {
    const experiment = withAbsolutePaths(parseExperiment(text, join(folder, 'x.pit.json')).experiment!, folder);
    const { dataset } = await loadDataset(sourcesOf(experiment, folder));
    const { tokenizer } = await openModel(experiment, dataset);
    const recipe = experiment.recipes?.[variant];
    const schedule = compileSchedule({ experiment, recipe, dataset, tokenizer, seed });
    const plan = schedule.plan(schedule.stages[stage - 1], epoch);
    return plan.map((step) => step.map((index) => schedule.examples[index].id));
  }

  async function undone(document: vscode.TextDocument, before: string): Promise<void> {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before, 'one undo takes the change back');
    await followed();
  }

  /** Runs a command on a row; gives the text after it, and takes it back by one undo. */
  async function changedBy(document: vscode.TextDocument, command: string, ...words: unknown[]): Promise<string> {
    const before = document.getText();
    await vscode.commands.executeCommand(command, ...words);
    const after = document.getText();
    assert.notEqual(after, before, `${command} changes the file`);
    await undone(document, before);
    return after;
  }

  it('shows the order of every recipe, stage and epoch as a run has it', async () => {
    await open(several, 'several');
    await until(async () => (await rows()).length === 2);
    const [it, pit] = await rows();
    assert.deepEqual([textOf(it).label, textOf(pit).label], ['② it', '⑦ pit']);
    for (const [variant, root] of [it, pit].entries()) {
      for (const [index, stage] of (await rows(root)).entries()) {
        for (const [epoch, row] of (await rows(stage)).entries()) {
          if (epoch > 2) break;
          const steps = await realised(several, variant, index + 1, epoch + 1, 5);
          assert.deepEqual(await idsBelow(row), steps.flat());
          const below = await rows(row);
          if (steps.length > 1) assert.deepEqual(await idsBelow(below[1]), steps[1]);
        }
      }
    }
  });

  it('cuts batches of tokens into the steps of a run', async () => {
    await open(written);
    const [, last] = await stagesWhen((found) => found.length === 2);
    const [epoch] = await rows(last);
    const steps = await realised(written, 0, 2, 1, 1);
    assert.ok(steps.length > 1);
    assert.deepEqual(await Promise.all((await rows(epoch)).map(idsBelow)), steps);
  });

  it('shows the order of another seed', async () => {
    await open(several, 'several');
    await until(async () => (await rows()).length === 2);
    const [[first]] = [await stages(1)];
    await vscode.commands.executeCommand('pit.showSeed', undefined, 6);
    const [other] = await stages(1);
    const [epoch] = await rows(other);
    assert.deepEqual(await idsBelow(epoch), (await realised(several, 1, 1, 1, 6)).flat());
    assert.notDeepEqual(await idsBelow(epoch), await idsBelow((await rows(first))[0]));
    await vscode.commands.executeCommand('pit.showSeed', undefined, 5);
  });

  it('shows the experiment that is chosen, and opens its file', async () => {
    await open(several, 'several');
    await open(written);
    const offered = picking(({ label }) => label === 'several');
    await vscode.commands.executeCommand('pit.chooseExperiment');
    assert.ok(offered.length >= 2);
    assert.equal(lab.experiments.active?.fsPath, join(folder, 'several.pit.json'));
    await until(async () => (await rows()).length === 2);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const note = { kind: 'note', under: '', text: '', line: 4 };
    await vscode.commands.executeCommand('pit.openExperiment', note);
    const { document, selection } = vscode.window.activeTextEditor!;
    assert.deepEqual([document.uri.fsPath, selection.active.line], [join(folder, 'several.pit.json'), 3]);
  });

  it('removes a recipe from several', async () => {
    const document = await open(several, 'several');
    await until(async () => (await rows()).length === 2);
    const [it] = await rows();
    const after = await changedBy(document, 'pit.removeRecipe', it);
    assert.equal(after, several.replace('"it", ', ''));
  });

  it('opens the text of an example', async () => {
    await open(written);
    const [stage] = await stagesWhen((found) => found.length === 2);
    const [example] = await examples((await rows(stage))[0]);
    const { command, accessibilityInformation } = textOf(example);
    assert.equal(accessibilityInformation?.label, `${example.row.label}, ${example.row.id}`);
    await vscode.commands.executeCommand(command!.command, ...command!.arguments!);
    const editor = vscode.window.activeTextEditor!;
    assert.equal(editor.document.uri.fsPath, example.row.source.file);
    assert.equal(editor.selection.active.line + 1, example.row.source.line);
  });

  it('follows what is typed, and keeps the last schedule while it is no experiment', async () => {
    const document = await open(written);
    const type = (from: string, to: string) => {
      const offset = document.getText().indexOf(from);
      const edit = new vscode.WorkspaceEdit();
      edit.replace(
        document.uri,
        new vscode.Range(document.positionAt(offset), document.positionAt(offset + from.length)),
        to,
      );
      return vscode.workspace.applyEdit(edit);
    };
    await type('"epochs": 2', '"epochs": 3');
    const [three] = await stagesWhen(([first]) => first.outline.epochs === 3);
    assert.equal((await rows(three)).length, 3);
    await type('"epochs": 3', '"epochs": ');
    await until(() => problemsOf(document.uri).length > 0);
    assert.equal((await stages())[0].outline.epochs, 3);
    await type('"epochs": ', '"epoch": 2');
    await until(() => problemsOf(document.uri).some(({ message }) => /no field "epoch"/.test(message)));
    const [problem] = problemsOf(document.uri);
    assert.equal(document.getText(problem.range), '"epoch"');
    assert.equal(problem.code, 'stages[0].epoch');
    await type('"epoch": 2', '"epochs": 2');
    await until(() => problemsOf(document.uri).length === 0);
    await document.save();
  });

  it('follows unsaved edits of the data', async () => {
    await open(written);
    const [first] = await stagesWhen((found) => found.length === 2);
    const labels = async () => (await examples((await rows(first))[0])).map(({ row }) => row.label);
    assert.ok((await labels()).every((label) => !/Unsaved/.test(label)));
    const data = await vscode.workspace.openTextDocument(join(folder, 'data/train/qa.jsonl'));
    const place = data.positionAt(data.getText().indexOf('"question":"') + '"question":"'.length);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(data.uri, place, 'Unsaved: ');
    await vscode.workspace.applyEdit(edit);
    await until(async () => (await labels()).some((label) => label.startsWith('Unsaved: ')));
    await vscode.window.showTextDocument(data);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await until(async () => (await labels()).every((label) => !/Unsaved/.test(label)));
  });

  describe('changes the file by', () => {
    let document: vscode.TextDocument;
    let first: NodeOf<'stage'>;
    let second: NodeOf<'stage'>;
    beforeEach(async () => {
      document = await open(written);
      [first, second] = await stagesWhen(
        (found) => found.length === 2 && found[0].outline.arrangement === 'interleaved',
      );
    });

    const becomes = (from: string, to: string) => {
      assert.ok(written.includes(from));
      return written.replace(from, to);
    };

    it('switching arrangements in one click', async () => {
      assert.equal(await changedBy(document, 'pit.arrangeGrouped', first), becomes('"interleaved"', '"grouped"'));
      assert.equal(await changedBy(document, 'pit.arrangeShuffled', first), becomes('"interleaved"', '"shuffled"'));
      const documentsFirst = becomes('"interleaved" }', '"interleaved", "first": "documents" }');
      assert.equal(await changedBy(document, 'pit.putDocumentsFirst', first), documentsFirst);
      await open(documentsFirst, 'documents');
      const [turned] = await stagesWhen(([found]) => found.outline.first === 'documents');
      const after = await changedBy(vscode.window.activeTextEditor!.document, 'pit.putQuestionsFirst', turned);
      assert.equal(after, becomes('"interleaved" }', '"interleaved", "first": "questions" }'));
    });

    it('setting epochs, rate and batch', async () => {
      assert.equal(await changedBy(document, 'pit.setEpochs', first, '7'), becomes('"epochs": 2', '"epochs": 7'));
      assert.equal(await changedBy(document, 'pit.setRate', second, '0.5'), becomes('0.01', '0.5'));
      assert.equal(await changedBy(document, 'pit.setBatch', second, '9'), becomes('{ "tokens": 400 }', '9'));
    });

    it('adding, duplicating, moving and removing stages', async () => {
      const [one, two] = written.split('\n').slice(5, 7);
      const added = await changedBy(document, 'pit.addStage', first, { parts: ['documents:train'] });
      assert.equal(added, becomes(one, `${one}\n    { "parts": ["documents:train"] },`));
      const copied = await changedBy(document, 'pit.duplicateStage', first);
      assert.equal(copied, becomes(one, `${one}\n${one}`));
      const removed = await changedBy(document, 'pit.removeStage', second);
      assert.equal(removed, becomes(`${one}\n${two}`, one.replace(/,$/, '')));
      const comment = '    // people and questions about them\n';
      const moved = `${two.replace(' } //', ' }, //')}\n${comment}${one.replace(/,$/, '')}`;
      assert.equal(await changedBy(document, 'pit.moveStageDown', first), becomes(`${comment}${one}\n${two}`, moved));
      assert.equal(await changedBy(document, 'pit.moveStageUp', second), becomes(`${comment}${one}\n${two}`, moved));
    });

    it('applying a recipe', async () => {
      const after = await changedBy(document, 'pit.applyRecipe', undefined, 'mix');
      assert.deepEqual(parsed(after).recipes, ['mix']);
      assert.equal(parsed(after).stages, undefined);
    });

    it('dropping a stage on another', async () => {
      const transfer = emptyTransfer();
      await view.drag.handleDrag!([second], transfer, token());
      await view.drag.handleDrop!(first, transfer, token());
      assert.deepEqual(
        parsed(document.getText()).stages!.map(({ parts }) => parts.length),
        [1, 2],
      );
      await undone(document, written);
    });

    it('dropping examples within their stage, which is then manual', async () => {
      const [epoch] = await rows(first);
      const all = await examples(epoch);
      const order = all.map(({ row }) => row.id);
      const transfer = emptyTransfer();
      await view.drag.handleDrag!([all[4], all[6]], transfer, token());
      await view.drag.handleDrop!(all[1], transfer, token());
      const wanted = [order[0], order[4], order[6], order[1], order[2], order[3], order[5], ...order.slice(7)];
      const [stage] = parsed(document.getText()).stages!;
      assert.deepEqual([stage.arrangement, stage.order], ['manual', wanted]);
      const [manual] = await stagesWhen(([found]) => found.outline.arrangement === 'manual');
      assert.match(String(textOf(manual).description), /^manual · 2 epochs/);
      for (const pass of await rows(manual)) assert.deepEqual(await idsBelow(pass), wanted);
      const before = document.getText();
      const [pass] = await rows(manual);
      const now = await examples(pass);
      const again = emptyTransfer();
      await view.drag.handleDrag!([now[0]], again, token());
      await view.drag.handleDrop!(now[2], again, token());
      assert.deepEqual(parsed(document.getText()).stages![0].order!.slice(0, 3), [wanted[1], wanted[2], wanted[0]]);
      await undone(document, before);
      await undone(document, written);
    });

    it('keeping an order by hand, that of the first epoch or of another', async () => {
      const [one, two] = await rows(first);
      const kept = async (row: Node) => parsed(await changedBy(document, 'pit.keepOrder', row)).stages![0];
      for (const [row, epoch] of [
        [first, one],
        [two, two],
      ]) {
        const { arrangement, order } = await kept(row);
        assert.deepEqual([arrangement, order], ['manual', await idsBelow(epoch)]);
      }
      assert.notDeepEqual(await idsBelow(one), await idsBelow(two));
    });

    it('leaving examples out', async () => {
      const all = await examples((await rows(first))[0]);
      await vscode.commands.executeCommand('pit.leaveOutExamples', all[0], [all[0], all[2]]);
      const expected = all.map(({ row }) => row.id).filter((_, place) => place !== 0 && place !== 2);
      assert.deepEqual(parsed(document.getText()).stages![0].order, expected);
      await undone(document, written);
    });

    it('dropping examples of the Datasets view, but no test question', async () => {
      const [epoch] = await rows(second);
      const order = await idsBelow(epoch);
      const put = (ids: string[]) => {
        const transfer = emptyTransfer();
        transfer.set(examplesMime, new vscode.DataTransferItem(JSON.stringify(ids)));
        return view.drag.handleDrop!(second, transfer, token());
      };
      const [{ row }] = await examples((await rows(first))[0]);
      await put([row.id]);
      const stage = parsed(document.getText()).stages![1];
      assert.deepEqual(stage.order, [...order, row.id]);
      assert.deepEqual([stage.epochs, stage.rate, stage.batch], [1, 0.01, { tokens: 400 }]);
      await undone(document, written);
      const said = answering('showErrorMessage');
      const { dataset } = await loadDataset([{ path: join(folder, 'data') }]);
      await put([dataset.questions.find(({ split }) => split === 'test')!.id]);
      assert.match(said[0], /never trained on/);
      assert.equal(document.getText(), written);
    });
  });

  describe('turns a recipe into stages', () => {
    const pit = several.replace('["it", { "recipe": "pit", "epochs": [2, 1] }]', '["pit"]');

    it('when only stages can say a change, says so, and one undo takes it back', async () => {
      const document = await open(pit, 'pit');
      const [first] = await stagesWhen((found) => found.length === 2 && found[0].kind === 'stage');
      const said = answering('showInformationMessage');
      const after = await changedBy(document, 'pit.duplicateStage', first);
      assert.equal(parsed(after).stages!.length, 3);
      assert.match(after, /\/\/ people/);
      assert.match(said[0], /stages of pit now stand written out/);
    });

    it('but not when the table has a row that says it', async () => {
      const document = await open(pit, 'pit');
      const [first] = await stagesWhen((found) => found.length === 2 && found[0].kind === 'stage');
      answering('showInformationMessage');
      const after = await changedBy(document, 'pit.arrangeInterleaved', first);
      assert.equal(after, pit.replace('["pit"]', '["interleaved-qa-first"]'));
      assert.equal(
        await changedBy(document, 'pit.setEpochs', first, '4'),
        pit.replace('["pit"]', '[{ "recipe": "pit", "epochs": [4, 10] }]'),
      );
    });

    it('in a new file where others would go', async () => {
      const document = await open(several, 'several');
      await until(async () => (await rows()).length === 2);
      const [first] = await stages(1);
      const said = answering('showWarningMessage', 'Write a New File');
      await vscode.commands.executeCommand('pit.removeStage', first);
      assert.match(said[0], /stages have to be written out/);
      assert.equal(document.getText(), several);
      const file = join(folder, 'several-pit.pit.json');
      assert.equal(lab.experiments.active?.fsPath, file);
      const { name, stages: left } = parsed(readFileSync(file, 'utf8'));
      assert.deepEqual([name, left!.length, left![0].parts], ['several-pit', 1, ['documents:test']]);
    });
  });

  describe('shows what the model sees', () => {
    const shown = () => vscode.window.activeTextEditor!.document;

    it('of a question, with hovers for its tokens', async () => {
      await open(written);
      const [first] = await stagesWhen((found) => found.length === 2);
      const all = await examples((await rows(first))[0]);
      const question = all.find(({ row }) => row.kind === 'question')!;
      await vscode.commands.executeCommand('pit.showTokens', question);
      const document = shown();
      assert.equal(document.uri.scheme, 'pit-tokens');
      const lines = document.getText().split('\n');
      assert.match(lines[0], new RegExp(`^Question ${escaped(question.row.id)} \\(train\\)`));
      const learnt = lines.findIndex((line) => /^ {2}weight 1 /.test(line));
      assert.match(lines.slice(learnt).join(''), /<eos>/);
      const at = new vscode.Position(learnt, lines[learnt].search(/·/));
      const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        at,
      );
      const [text] = hover.contents as vscode.MarkdownString[];
      assert.match(text.value, /trained to predict it, with the weight 1/);
    });

    it('of the document at the cursor, and of a step', async () => {
      await open(written);
      const [first] = await stagesWhen((found) => found.length === 2);
      const [epoch] = await rows(first);
      const all = await examples(epoch);
      const { row } = all.find((one) => one.row.kind === 'document')!;
      const line = row.source.line - 1;
      await vscode.window.showTextDocument(vscode.Uri.file(row.source.file), {
        selection: new vscode.Range(line, 0, line, 0),
      });
      await vscode.commands.executeCommand('pit.showTokens');
      assert.match(shown().getText(), new RegExp(`^Document ${escaped(row.id)} \\(train\\)`));
      const [step] = await rows(epoch);
      await vscode.commands.executeCommand('pit.showTokens', step);
      const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
        'vscode.executeDocumentSymbolProvider',
        shown().uri,
      );
      const named = symbols.map(({ name }) => / (\S+) \(train\), places/.exec(name)?.[1]).filter(Boolean);
      assert.deepEqual(named.sort(), (await realised(written, 0, 1, 1, 1))[0].sort());
    });

    it('of every step of an epoch, also where steps have no rows', async () => {
      const single = written.replace('"batch": 4', '"batch": 1').replace('{ "tokens": 400 }', '99');
      await open(single, 'single');
      const [first, second] = await stagesWhen((found) => found.length === 2);
      const [epoch] = await rows(first);
      assert.equal((await rows(epoch))[0].kind, 'example');
      const steps = await realised(single, 0, 1, 1, 1);
      const asked: string[] = [];
      const answers = ['3', undefined];
      const ask = (options?: vscode.InputBoxOptions) => {
        asked.push(options!.prompt!);
        for (const text of ['0', '3.5', String(steps.length + 1)]) assert.ok(options!.validateInput!(text), text);
        assert.equal(options!.validateInput!(String(steps.length)), undefined);
        return Promise.resolve(answers.shift());
      };
      replace(vscode.window, { showInputBox: ask as typeof vscode.window.showInputBox });
      await vscode.commands.executeCommand('pit.showTokens', epoch);
      assert.match(shown().getText(), new RegExp(`^Step 3 of epoch 1[^]* ${escaped(steps[2][0])} \\(train\\)`));
      await vscode.commands.executeCommand('pit.showTokens', epoch);
      assert.match(shown().getText(), /^Step 3 of epoch 1/);
      assert.deepEqual(asked, Array(2).fill(`The step of this epoch, from 1 to ${steps.length}`));
      await vscode.commands.executeCommand('pit.showTokens', (await rows(second))[0]);
      assert.match(shown().getText(), /^Step 1 of epoch 1, stage 2/);
      assert.equal(asked.length, 2);
    });
  });

  /** As VS Code makes it: with an empty value for every type that the view declares. */
  function emptyTransfer(): vscode.DataTransfer {
    const transfer = new vscode.DataTransfer();
    for (const mime of view.drag.dragMimeTypes) transfer.set(mime, new vscode.DataTransferItem(''));
    return transfer;
  }
});

function parsed(text: string) {
  const { experiment, problems } = parseExperiment(text, 'x.pit.json');
  assert.deepEqual(problems, []);
  return experiment!;
}

function problemsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'PIT');
}

function token(): vscode.CancellationToken {
  return new vscode.CancellationTokenSource().token;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
