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
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-control-regex': 'off',
    },
  },
);
