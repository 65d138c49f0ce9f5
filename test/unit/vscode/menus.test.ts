/** Where package.json puts buttons: its conditions are put to the words that rows and files bring. */
import assert from 'node:assert/strict';
import { contributes } from '../../../package.json';
import { contextOf } from '../../../src/vscode/schedule/labels';
import type { Node } from '../../../src/vscode/schedule/nodes';

type Context = Record<string, string | boolean>;
interface Item {
  command: string;
  when?: string;
  group?: string;
}

const menus = contributes.menus as Record<string, Item[]>;

/** Commands of a menu that are there in a context; of a tree's rows those with a button, unless told otherwise. */
function shown(menu: string, context: Context, group = /^/): string[] {
  const items = menus[menu].filter((item) => group.test(item.group ?? '') && holds(item.when ?? 'true', context));
  return items.map(({ command }) => command.replace('pit.', ''));
}

/** As VS Code reads conditions, as far as package.json uses them: `||`, `&&`, `!`, `==`, `=~`. */
function holds(condition: string, context: Context): boolean {
  return condition.split(' || ').some((part) => part.split(' && ').every((term) => isTrue(term, context)));
}

function isTrue(term: string, context: Context): boolean {
  const inner = /^!\((.*)\)$/.exec(term)?.[1] ?? /^!(.*)$/.exec(term)?.[1];
  if (inner !== undefined) return !isTrue(inner, context);
  const [, key, relation, value] = /^(\S+)(?: (==|!=|=~) (.*))?$/.exec(term) ?? assert.fail(term);
  const found = String(context[key] ?? '');
  if (!relation) return context[key] === true;
  if (relation === '=~') return new RegExp(value.slice(1, -1)).test(found);
  return (found === value.replace(/^'(.*)'$/, '$1')) === (relation === '==');
}

const file = (name: string): Context => ({
  resourceFilename: name,
  resourceExtname: name.slice(name.lastIndexOf('.')),
});
const row = (view: string, viewItem: string): Context => ({ view: `pit.${view}`, viewItem });

function stage(arrangement: string, parts = ['questions:train', 'documents:train'], first = 'questions'): Context {
  const outline = { arrangement, parts, first };
  return row('schedule', contextOf({ kind: 'stage', outline } as Node));
}

describe('Run PIT', () => {
  it('stands above, in the menu of and beside experiments and .qa files, and nowhere else', () => {
    for (const menu of ['editor/title', 'editor/context', 'explorer/context']) {
      for (const name of ['people.pit.json', 'rivers.qa']) assert.ok(shown(menu, file(name)).includes('run'), name);
      for (const name of ['package.json', 'qa.jsonl', 'notes.md'])
        assert.ok(!shown(menu, file(name)).includes('run'), name);
    }
  });

  it('stands in the titles of the views that are about runs', () => {
    for (const view of ['schedule', 'runs'])
      assert.equal(shown('view/title', { view: `pit.${view}` }, /^navigation/)[0], 'run');
    assert.ok(!shown('view/title', { view: 'pit.datasets' }).includes('run'));
    assert.ok(!shown('view/title', { view: 'explorer' }).includes('run'));
  });
});

describe('buttons of rows', () => {
  const buttons = (context: Context) => shown('view/item/context', context, /^inline/);

  it('turn a stage into every arrangement that it has not', () => {
    assert.deepEqual(buttons(stage('shuffled')), ['arrangeGrouped', 'arrangeInterleaved']);
    assert.deepEqual(buttons(stage('grouped')), ['arrangeShuffled', 'arrangeInterleaved', 'putDocumentsFirst']);
    assert.deepEqual(buttons(stage('interleaved', undefined, 'documents')), [
      'arrangeShuffled',
      'arrangeGrouped',
      'putQuestionsFirst',
    ]);
    assert.deepEqual(buttons(stage('manual')), ['arrangeShuffled', 'arrangeGrouped', 'arrangeInterleaved']);
    assert.deepEqual(buttons(stage('shuffled', ['documents:test'])), []);
    assert.deepEqual(buttons(stage('manual', ['documents:test'])), ['arrangeShuffled']);
  });

  it('open what the model sees, of examples, steps and epochs', () => {
    for (const item of ['example', 'step', 'epoch']) assert.deepEqual(buttons(row('schedule', item)), ['showTokens']);
  });

  it('remove a recipe only where there are several', () => {
    assert.deepEqual(buttons(row('schedule', 'variant removable')), ['applyRecipe', 'removeRecipe']);
    assert.deepEqual(buttons(row('schedule', 'variant')), ['applyRecipe']);
  });

  it('stop what is at work and resume what can go on', () => {
    for (const state of ['running', 'waiting']) assert.deepEqual(buttons(row('runs', `run.${state}`)), ['stopRun']);
    for (const state of ['stopped', 'failed', 'interrupted'])
      assert.deepEqual(buttons(row('runs', `run.${state}.chosen`)), ['resumeRun']);
    assert.deepEqual(buttons(row('runs', 'run.finished')), []);
  });

  it('add, change and delete in the Datasets view', () => {
    assert.deepEqual(buttons(row('datasets', 'dataset')), ['addDocument']);
    assert.deepEqual(buttons(row('datasets', 'document')), ['addQuestion', 'renameDocument', 'deleteExamples']);
    assert.deepEqual(buttons(row('datasets', 'question')), [
      'addQuestion',
      'editQuestion',
      'editAnswers',
      'deleteExamples',
    ]);
  });

  it('never delete a run at work', () => {
    const deletes = (state: string) => shown('view/item/context', row('runs', `run.${state}`)).includes('deleteRun');
    assert.deepEqual(['running', 'waiting', 'finished', 'stopped'].map(deletes), [false, false, true, true]);
  });
});
