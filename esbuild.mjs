/** Bundles what runs: the command line and the trainer process. Native packages stay outside. */
import { build } from 'esbuild';

await build({
  entryPoints: { cli: 'src/cli.ts', trainer: 'src/trainer/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Prefers ES modules: the other form of some packages loads its parts at run time and can't be bundled.
  mainFields: ['module', 'main'],
  sourcemap: true,
  external: ['onnxruntime-node'],
  logLevel: 'warning',
});
