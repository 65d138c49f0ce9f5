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

/** Every file that imports VS Code's module would make a copy of it, and there are a hundred. */
const oneCopy = {
  name: 'one-copy',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vscode$/ }, ({ path, namespace }) =>
      namespace === 'copied' ? { path, external: true } : { path, namespace: 'copied' },
    );
    onLoad({ filter: /.*/, namespace: 'copied' }, () => ({ contents: "export * from 'vscode';" }));
  },
};

/** What a window starts without: half of all code, in files of its own that are read when something needs them. */
const libraries = ['zod', 'yaml', 'papaparse', 'systeminformation'];
const apart = (names) => ({
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${names.join('|')})$`) }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${path}.cjs`, external: true },
    );
  },
});

const forNode = {
  ...shared,
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Prefers ES modules: the other form of some packages loads its parts at run time and can't be bundled.
  mainFields: ['module', 'main'],
  // The native library lies beside the bundles; VS Code brings its own module.
  external: ['onnxruntime-node', 'vscode'],
};

await build({
  ...forNode,
  entryPoints: {
    cli: 'src/cli.ts',
    trainer: 'src/trainer/main.ts',
    conductor: 'src/trainer/conductor.ts',
    answerer: 'src/trainer/answer.ts',
    'device-trial': 'src/vscode/models/device-trial.ts',
  },
  // Few programs ask for GPUs, and few times.
  plugins: [english, apart(['systeminformation'])],
});

await build({
  ...forNode,
  entryPoints: {
    extension: 'src/extension.ts',
    'schedule-worker': 'src/vscode/schedule/worker.ts',
    'dataset-worker': 'src/vscode/datasets/worker.ts',
    desk: 'src/vscode/runs/worker.ts',
    'model-worker': 'src/vscode/models/worker.ts',
    'dashboard-worker': 'src/vscode/dashboard/worker.ts',
    ...Object.fromEntries(libraries.map((name) => [name, name])),
  },
  plugins: [english, oneCopy, apart(libraries)],
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
