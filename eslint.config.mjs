import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import ts from 'typescript-eslint';

/** Rooms and what each may not import: data flows dataset → schedule → trainer → run → views. */
const closed = (files, rooms, why) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: [{ name: 'vscode', message: 'Only src/extension.ts and src/vscode/ may import vscode.' }],
        patterns: [{ group: rooms.map((room) => `**/${room}/**`), message: why }],
      },
    ],
  },
});

/** The rooms of the extension: what they offer each other stands in lab.ts. */
const rooms = readdirSync(new URL('src/vscode', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const roomOf = (room) => {
  const others = rooms.filter((other) => other !== room).join('|');
  const message = "A room imports no other room's insides: lab.ts says what they offer each other.";
  const patterns = [{ regex: `^\\.\\./(${others})/`, message }];
  return { files: [`src/vscode/${room}/**`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
};

export default ts.config(
  {
    ignores: ['dist/**', 'dist-test/**', 'dist-package/**', 'runs/**', '.start/**', '**/node_modules/**', 'samples/**'],
  },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'URLSearchParams', 'setTimeout'].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/extension.ts', 'src/vscode/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'vscode', message: 'Only src/extension.ts and src/vscode/ may import vscode.' }] },
      ],
    },
  },
  closed(
    ['src/dataset/**', 'src/metrics/**', 'src/model/**'],
    ['schedule', 'engine', 'trainer', 'run', 'cli', 'vscode'],
    'dataset, metrics and model know nobody above them.',
  ),
  closed(
    ['src/schedule/**'],
    ['engine/onnx', 'trainer', 'run', 'cli', 'vscode'],
    'A schedule knows neither the trainer nor a run.',
  ),
  closed(
    ['src/engine/**'],
    ['dataset', 'schedule', 'trainer', 'run', 'cli', 'vscode'],
    'A learner knows neither documents nor questions.',
  ),
  closed(
    ['src/run/**'],
    ['engine/onnx', 'trainer', 'cli', 'vscode'],
    'A run is read without the process that wrote it.',
  ),
  closed(['src/trainer/**'], ['sample', 'cli', 'vscode'], 'The trainer knows neither its commands nor its views.'),
  closed(
    ['src/sample/**'],
    ['engine', 'trainer', 'run', 'cli', 'vscode'],
    'A sample is files, and nothing is trained.',
  ),
  closed(['src/cli/**', 'src/cli.ts'], ['vscode'], 'The command line knows no window.'),
  ...rooms.map(roomOf),
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-control-regex': 'off',
    },
  },
);
