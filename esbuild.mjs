/** Bundles what runs: the extension, the command line, the trainer and the answering process for Node, and the dashboard's page. `node esbuild.mjs [folder] [--package]`. */
import { build } from 'esbuild';

const [outdir = 'dist', packaged] = process.argv.slice(2);
const small = packaged === '--package';
const shared = {
  outdir,
  bundle: true,
  sourcemap: !small,
  minifyWhitespace: small,
  minifySyntax: small,
  logLevel: 'warning',
};

/** Half of zod is its messages in other languages, which nothing here shows and every start would read. */
const english = {
  name: 'english',
  setup({ onLoad }) {
    const contents = "export { default as en } from './en.js';";
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents }));
  },
};

await build({
  ...shared,
  entryPoints: {
    extension: 'src/extension.ts',
    cli: 'src/cli.ts',
    trainer: 'src/trainer/main.ts',
    conductor: 'src/trainer/conductor.ts',
    'schedule-worker': 'src/vscode/schedule/worker.ts',
    'dataset-worker': 'src/vscode/datasets/worker.ts',
    desk: 'src/vscode/runs/worker.ts',
    'dashboard-worker': 'src/vscode/dashboard/worker.ts',
    answerer: 'src/trainer/answer.ts',
  },
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Prefers ES modules: the other form of some packages loads its parts at run time and can't be bundled.
  mainFields: ['module', 'main'],
  // The native library lies beside the bundles; VS Code brings its own module.
  external: ['onnxruntime-node', 'vscode'],
  plugins: [english],
});

await build({
  ...shared,
  outdir: `${outdir}/webview`,
  entryPoints: { main: 'webview/main.ts' },
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  minify: true,
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
});
