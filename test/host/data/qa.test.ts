/** The `.qa` language in a real window, and the names of documents in every other file that has them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Lab } from '../../../src/vscode/lab';
import { relativePath, theLab, until, workspaceFile } from '../support';

const files = {
  'names.pit.json': `{
  "model": { "preset": "nano" },
  "data": ["notes", "wiki", "table.csv"],
  "stages": [
    // by hand
    { "parts": ["documents:train", "questions:train"], "arrangement": "manual", "order": ["elbe", "rhine", "rhine?1"] }
  ]
}
`,
  'notes/rhine.md': 'The Rhine rises in the *Alps*.\n',
  'notes/rhine.qa': '// about its mouth\nQ: Where does it end?\nA: Rotterdam\n',
  'notes/more.qa':
    '# rhine\n\nQ: What is it?\nA: A river\n\n# The Elbe\n\nQ: How long is it?\nA: 1094 km\n\n# rhein\n\nQ: Why?\nA:\n',
  'wiki/train/doc.jsonl':
    '{"wiki_id": "elbe", "title": "The Elbe", "text": "The Elbe rises in the Giant Mountains."}\n',
  'wiki/train/qa.jsonl':
    '{"wiki_id": "elbe", "question": "Where does it rise?", "answer": "Giant Mountains"}\n' +
    '{"wiki_id": "rhine", "question": "Where does it rise?", "answer": "Alps"}\n',
  'table.csv': 'question,answer,document\n"Which, then?",a,rhine\n',
};
type Name = keyof typeof files;

const uriOf = (name: string) => workspaceFile(`qa-test/${name}`);
const open = (name: string) => vscode.workspace.openTextDocument(uriOf(name));
const short = (file: vscode.Uri) => relativePath(file).replace(/^qa-test\//, '');

/** The place of some words in a text, a little behind their beginning. */
async function placeOf(name: Name, words: string): Promise<vscode.Position> {
  const text = await open(name);
  const offset = text.getText().indexOf(words);
  assert.ok(offset >= 0, `${words} in ${name}`);
  return text.positionAt(offset + 1);
}

/** What a provider says at the place of some words. */
async function ask<T>(command: string, name: Name, words: string, ...more: unknown[]): Promise<T> {
  return vscode.commands.executeCommand<T>(command, uriOf(name), await placeOf(name, words), ...more);
}

/** Shows a text of its own, in a window's editor. */
async function edit(content: string): Promise<vscode.TextEditor> {
  const text = await vscode.workspace.openTextDocument({ language: 'pit-qa', content });
  return vscode.window.showTextDocument(text);
}

interface Textmate {
  Registry: new (options: object) => { loadGrammar(scope: string): Promise<Grammar> };
  parseRawGrammar(text: string, file: string): unknown;
}
interface Grammar {
  tokenizeLine(
    line: string,
    state: unknown,
  ): { tokens: { startIndex: number; endIndex: number; scopes: string[] }[]; ruleStack: unknown };
}
interface Oniguruma {
  loadWASM(wasm: Buffer): Promise<void>;
  OnigScanner: new (patterns: string[]) => object;
  OnigString: new (text: string) => object;
}

/** What VS Code's own tokenizer makes of a text by the extension's grammar: pieces with their innermost scope. */
async function tokensOf(text: string): Promise<{ words: string; scope: string }[]> {
  const load = createRequire(join(vscode.env.appRoot, 'package.json'));
  const { Registry, parseRawGrammar } = load('vscode-textmate') as Textmate;
  const { loadWASM, OnigScanner, OnigString } = load('vscode-oniguruma') as Oniguruma;
  await loadWASM(readFileSync(load.resolve('vscode-oniguruma/release/onig.wasm')));
  const file = vscode.extensions.getExtension('pit-lab.pit-lab')!.extensionUri.fsPath + '/syntaxes/qa.tmLanguage.json';
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns: string[]) => new OnigScanner(patterns),
      createOnigString: (words: string) => new OnigString(words),
    }),
    loadGrammar: () => Promise.resolve(parseRawGrammar(readFileSync(file, 'utf8'), file)),
  });
  const grammar = await registry.loadGrammar('text.qa');
  let state: unknown = null;
  return text.split('\n').flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => ({
      words: line.slice(startIndex, endIndex),
      scope: scopes[scopes.length - 1],
    }));
  });
}

describe('The .qa language', () => {
  let lab: Lab;

  before(async () => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(uriOf(name).fsPath), { recursive: true });
      writeFileSync(uriOf(name).fsPath, content);
    }
    lab = await theLab();
    await until(async () => (await holding())?.sources.length === 3);
  });

  async function holding() {
    return (await lab.library.holdings()).find(({ sources }) => sources.some(({ path }) => path.endsWith('table.csv')));
  }

  describe('by itself', () => {
    it('is coloured by context', async () => {
      const text =
        'split: test\n# A\nid: a\n\ntext\nid: text\nQ: q\nid: b\n  // no comment\nA: a\\\n   more\n// note\n';
      const tokens = await tokensOf(text);
      const scopes = (words: string) => tokens.filter((token) => token.words === words).map(({ scope }) => scope);
      assert.deepEqual(scopes('split'), ['variable.other.property.qa']);
      assert.deepEqual(scopes('A'), ['entity.name.section.qa', 'keyword.control.answer.qa']);
      assert.deepEqual(scopes('id'), ['variable.other.property.qa', 'variable.other.property.qa']);
      assert.deepEqual(scopes('id: text'), ['text.qa']);
      assert.deepEqual(scopes('\\'), ['constant.character.escape.qa']);
      assert.deepEqual(scopes('   more'), ['string.unquoted.answer.qa']);
      assert.deepEqual(scopes('// note'), ['comment.line.double-slash.qa']);
    });

    it('has an outline of documents with their questions', async () => {
      const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
        'vscode.executeDocumentSymbolProvider',
        uriOf('notes/more.qa'),
      );
      const told = symbols.map(({ name, children }) => [name, ...children.map((child) => child.name)]);
      assert.deepEqual(told, [
        ['rhine', 'What is it?'],
        ['The Elbe', 'How long is it?'],
        ['rhein', 'Why?'],
      ]);
    });

    it('folds documents and questions', async () => {
      await open('notes/more.qa');
      const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
        'vscode.executeFoldingRangeProvider',
        uriOf('notes/more.qa'),
      );
      assert.deepEqual(
        folds.map(({ start, end }) => [start, end]),
        [
          [0, 3],
          [2, 3],
          [5, 8],
          [7, 8],
          [10, 13],
          [12, 13],
        ],
      );
    });

    it('is formatted, which one undo takes back', async () => {
      const untidy = '#  A\nQ:q\n\nA: a\n';
      const { document } = await edit(untidy);
      await vscode.commands.executeCommand('editor.action.formatDocument');
      await until(() => document.getText() !== untidy);
      assert.equal(document.getText(), '# A\n\nQ: q\nA: a\n');
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), untidy);
    });

    it('goes on with an answer after a question', async () => {
      const editor = await edit('Q: What?');
      editor.selection = new vscode.Selection(0, 8, 0, 8);
      await vscode.commands.executeCommand('type', { text: '\n' });
      assert.equal(editor.document.getText(), 'Q: What?\nA: ');
    });

    it('turns lines into comments where the format has them: at the beginning', async () => {
      const editor = await edit('Q: a\n   b');
      editor.selection = new vscode.Selection(1, 4, 1, 4);
      await vscode.commands.executeCommand('editor.action.commentLine');
      assert.equal(editor.document.lineAt(1).text, '//    b');
    });

    it('has snippets', async () => {
      const editor = await edit('');
      await vscode.commands.executeCommand('editor.action.insertSnippet', { langId: 'pit-qa', name: 'Question' });
      await until(() => editor.document.getText() !== '');
      assert.equal(editor.document.getText(), 'Q: question\nA: answer\n');
    });

    it('warns of a heading that nothing follows, until something does', async () => {
      const { document } = await edit('# Alone\n');
      const warnings = () => vscode.languages.getDiagnostics(document.uri).map(({ message }) => message);
      await until(() => warnings().length === 1);
      assert.deepEqual(warnings(), ['Neither a text nor a question follows this heading.']);
      const change = new vscode.WorkspaceEdit();
      change.insert(document.uri, document.positionAt(document.getText().length), 'text\n');
      await vscode.workspace.applyEdit(change);
      await until(() => warnings().length === 0);
    });
  });

  describe('and the dataset', () => {
    const definition = async (name: Name, words: string) => {
      const links = await ask<vscode.LocationLink[]>('vscode.executeDefinitionProvider', name, words);
      return links.map(({ targetUri, targetRange }) => `${short(targetUri)}:${targetRange.start.line + 1}`);
    };

    it('go from a name to the document', async () => {
      assert.deepEqual(await definition('notes/more.qa', 'rhine'), ['notes/rhine.md:1']);
      assert.deepEqual(await definition('notes/more.qa', 'The Elbe'), ['wiki/train/doc.jsonl:1']);
      assert.deepEqual(await definition('notes/rhine.qa', 'Q:'), ['notes/rhine.md:1']);
      assert.deepEqual(await definition('wiki/train/qa.jsonl', '"rhine"'), ['notes/rhine.md:1']);
      assert.deepEqual(await definition('names.pit.json', '"elbe"'), ['wiki/train/doc.jsonl:1']);
      assert.deepEqual(await definition('names.pit.json', '"rhine?1"'), ['notes/more.qa:3']);
      assert.deepEqual(await definition('notes/more.qa', 'What is it'), []);
    });

    it('find the questions about a document, and the orders with it', async () => {
      const found = await ask<vscode.Location[]>('vscode.executeReferenceProvider', 'notes/more.qa', 'rhine');
      const places = found.map(({ uri, range }) => `${short(uri)}:${range.start.line + 1}`).sort();
      assert.deepEqual(places, [
        'names.pit.json:6',
        'notes/more.qa:3',
        'notes/rhine.md:1',
        'notes/rhine.qa:2',
        'table.csv:2',
        'wiki/train/qa.jsonl:2',
      ]);
    });

    it('show the title, the beginning, the split and the number of questions', async () => {
      const hovers = await ask<vscode.Hover[]>('vscode.executeHoverProvider', 'notes/more.qa', 'The Elbe');
      const [{ value }] = hovers.flatMap(({ contents }) => contents as vscode.MarkdownString[]);
      assert.match(value, /\*\*The&nbsp;Elbe\*\*|\*\*The Elbe\*\*/);
      assert.match(value.replaceAll('&nbsp;', ' '), /train · 2 questions[^]*The Elbe rises in the Giant Mountains/);
    });

    it('complete names in headings, rows and orders', async () => {
      const labels = async (name: Name, words: string) => {
        const list = await ask<vscode.CompletionList>('vscode.executeCompletionItemProvider', name, words);
        const items = list.items.filter(({ kind }) => kind === vscode.CompletionItemKind.Reference);
        return items.map(({ label }) => (typeof label === 'string' ? label : label.label)).sort();
      };
      assert.deepEqual(await labels('notes/more.qa', ' rhein'), ['elbe', 'rhine']);
      assert.deepEqual(await labels('wiki/train/qa.jsonl', '"elbe"'), ['elbe', 'rhine']);
      assert.deepEqual(await labels('names.pit.json', '"elbe"'), ['elbe', 'rhine']);
    });

    it('mend what is wrong', async () => {
      const uri = uriOf('notes/more.qa');
      const marks = vscode.languages.createDiagnosticCollection('test');
      const mark = (line: number) =>
        Object.assign(new vscode.Diagnostic(new vscode.Range(line, 0, line, 2), 'wrong'), { source: 'PIT' });
      marks.set(uri, [mark(12), mark(13)]);
      const at = new vscode.Range(12, 0, 13, 2);
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        uri,
        at,
      );
      marks.dispose();
      const titles = actions.filter(({ edit }) => edit).map(({ title }) => title);
      assert.deepEqual([...new Set(titles)].sort(), [
        'Change to "rhine"',
        'Remove this empty answer',
        'Write the document "rhein" here',
      ]);
      const text = await open('notes/more.qa');
      const before = text.getText();
      await vscode.workspace.applyEdit(actions.find(({ title }) => title === 'Change to "rhine"')!.edit!);
      assert.equal(text.getText(), before.replace('# rhein', '# rhine'));
      await vscode.window.showTextDocument(text);
      await vscode.commands.executeCommand('undo');
      assert.equal(text.getText(), before);
    });

    it('refuse an id that is taken', async () => {
      const renaming = ask('vscode.executeDocumentRenameProvider', 'notes/more.qa', 'rhine', 'elbe');
      await assert.rejects(renaming, /The id "elbe" is taken/);
    });

    it('let only names be renamed', async () => {
      await assert.rejects(ask('vscode.prepareRename', 'notes/rhine.qa', 'Q:'), /Put the cursor on the id/);
      const ready = await ask<{ placeholder: string }>('vscode.prepareRename', 'notes/more.qa', 'The Elbe');
      assert.equal(ready.placeholder, 'elbe');
    });

    it('rename a document in every file that names it, in one edit', async () => {
      const change = await ask<vscode.WorkspaceEdit>(
        'vscode.executeDocumentRenameProvider',
        'notes/more.qa',
        'rhine',
        'r 1',
      );
      assert.ok(await vscode.workspace.applyEdit(change));
      const expected: Record<Name, string> = {
        ...files,
        'names.pit.json': files['names.pit.json'].replace('"rhine", "rhine?1"', '"r 1", "r 1?1"'),
        'notes/rhine.md': `---\nid: r 1\n---\n\n${files['notes/rhine.md']}`,
        'notes/rhine.qa': files['notes/rhine.qa'].replace('Q:', '# r 1\n\nQ:'),
        'notes/more.qa': files['notes/more.qa'].replace('# rhine', '# r 1'),
        'wiki/train/qa.jsonl': files['wiki/train/qa.jsonl'].replace('"rhine"', '"r 1"'),
        'table.csv': files['table.csv'].replace('rhine', 'r 1'),
      };
      for (const name of Object.keys(files) as Name[]) assert.equal((await open(name)).getText(), expected[name], name);
      const { dataset } = await lab.library.load((await holding())!);
      const asked = dataset.questions.filter(({ documentId }) => documentId === 'r 1').map(({ id }) => id);
      assert.deepEqual(asked, ['r 1?1', 'r 1?2', 'r 1?3', 'r 1?4']);
    });
  });
});
