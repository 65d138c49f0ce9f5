/** What package.json promises and what the code registers are the same: commands, views, settings, context keys. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { theLab } from '../support';

interface Manifest {
  contributes: {
    commands: { command: string; title: string; category: string; icon?: string }[];
    menus: Record<string, { command?: string; submenu?: string; when?: string }[]>;
    views: { pit: { id: string }[] };
    viewsWelcome: { view: string; contents: string }[];
    walkthroughs: { steps: { description: string; media: { svg: string }; completionEvents: string[] }[] }[];
    keybindings: { command: string }[];
    configuration: { properties: Record<string, { description?: string; markdownDescription?: string }> };
  };
}

const extension = vscode.extensions.getExtension('pit-lab.pit-lab')!;
const { contributes } = extension.packageJSON as Manifest;
const declared = contributes.commands.map(({ command }) => command);
const views = contributes.views.pit.map(({ id }) => id);
const sources = readdirSync(join(extension.extensionPath, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(extension.extensionPath, 'src', name), 'utf8'))
  .join('\n');

describe('Contributions', () => {
  let registered: string[];

  before(async () => {
    await theLab();
    registered = (await vscode.commands.getCommands(true)).filter((id) => id.startsWith('pit.'));
  });

  /** VS Code makes some commands for every view, such as `pit.runs.focus`. */
  const isOfView = (id: string) => views.some((view) => id.startsWith(`${view}.`));

  it('registers every command of package.json, and no other', () => {
    assert.deepEqual(registered.filter((id) => !isOfView(id)).sort(), [...declared].sort());
  });

  it('names every command as PIT does', () => {
    for (const { command, title, category } of contributes.commands) {
      assert.match(command, /^pit\.[a-z]\w+$/);
      assert.match(title, /^[A-Z]/, command);
      assert.equal(category, 'PIT', command);
    }
  });

  it('uses only commands that there are, in menus, keys, welcome views and the walkthrough', () => {
    const inMenus = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command));
    const inKeys = contributes.keybindings.map(({ command }) => command);
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    const texts = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...steps.flatMap(({ description, completionEvents }) => [description, ...completionEvents]),
    ];
    const inTexts = texts.flatMap((text) => [...text.matchAll(/(?:command|onCommand):([\w.]+)/g)].map(([, id]) => id));
    const used = [...inMenus, ...inKeys, ...inTexts].filter((id): id is string => id?.startsWith('pit.') === true);
    assert.ok(used.length > 20);
    const unknown = used.filter((id) => !registered.includes(id));
    assert.deepEqual(unknown, []);
  });

  it('makes every view, and says what to do where one is empty', () => {
    const made = [...sources.matchAll(/createTreeView\('([\w.]+)'/g)].map(([, id]) => id);
    assert.deepEqual(made.sort(), [...views].sort());
    assert.deepEqual([...new Set(contributes.viewsWelcome.map(({ view }) => view))].sort(), [...views].sort());
  });

  it('reads every setting, describes it, and reads no other', () => {
    const settings = contributes.configuration.properties;
    const read = [...sources.matchAll(/getConfiguration\('pit'[^)]*\)\s*\.get(?:<[^>]*>)?\('([\w.]+)'/g)];
    assert.deepEqual([...new Set(read.map(([, name]) => `pit.${name}`))].sort(), Object.keys(settings).sort());
    for (const [name, { description, markdownDescription }] of Object.entries(settings))
      assert.match(description ?? markdownDescription ?? '', /^[A-Z].*\.$/, name);
  });

  it('sets every context key that a condition asks for', () => {
    const conditions = JSON.stringify(contributes)
      .match(/"(?:when|enablement)":"(?:[^"\\]|\\.)*"/g)!
      .join('\n');
    const keys = new Set(conditions.match(/\bpit\.\w+(?:\.\w+)*/g)!.filter((key) => !views.includes(key)));
    assert.ok(keys.has('pit.isTraining'));
    assert.deepEqual(
      [...keys].filter((key) => !key.startsWith('config.') && !sources.includes(`'${key}'`)),
      [],
    );
  });

  it('has every picture of the walkthrough', () => {
    const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg));
    assert.ok(pictures.length > 0);
    for (const picture of pictures) assert.ok(existsSync(join(extension.extensionPath, picture)), picture);
  });
});
