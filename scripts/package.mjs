/**
 * `npm run package`: one `.vsix` for each platform in `dist-package/`, holding only that platform's native library.
 * Names of targets (`linux-x64`) after `--` make only those, `this` the one of this machine.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ready } from './ready.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist-package');
const native = join(root, 'node_modules/onnxruntime-node');
const targets = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
const largest = 60e6;
const kept = ['media', 'schemas', 'syntaxes', 'samples/bios', 'python', 'CHANGELOG.md', 'LICENSE'];
const left = /(base-data|base\.pit\.json|\.map|\.d\.ts|python[\\/](tests|\.\w+)|__pycache__)$/;

ready();
// A clone has it only now.
const { createVSIX } = await import('@vscode/vsce');
const { version } = readJson(join(root, 'package.json'));
for (const target of chosenTargets()) await pack(target);

function chosenTargets() {
  const names = process.argv.slice(2).map((name) => (name === 'this' ? `${process.platform}-${process.arch}` : name));
  const unknown = names.filter((name) => !targets.includes(name));
  if (unknown.length === 0) return names.length > 0 ? names : targets;
  console.error(
    `onnxruntime-node has no library for ${unknown.join(' and ')}, so nothing would train there; ` +
      `there are packages for ${targets.join(', ')}.`,
  );
  process.exit(1);
}

async function pack(target) {
  const stage = join(out, target);
  const file = join(out, `pit-lab-${version}-${target}.vsix`);
  rmSync(stage, { recursive: true, force: true });
  fill(stage, target);
  await createVSIX({ cwd: stage, packagePath: file, target, rewriteRelativeLinks: false });
  rmSync(stage, { recursive: true });
  const { size } = statSync(file);
  if (size > largest) throw new Error(`${file} has ${size} bytes, more than ${largest}.`);
  console.log(`${file}: ${(size / 1e6).toFixed(1)} MB`);
}

/** Everything that the extension is at run time, and nothing else. */
function fill(stage, target) {
  for (const name of kept) copy(join(root, name), join(stage, name));
  bundle(join(stage, 'dist'));
  fillNative(join(stage, 'node_modules'), target);
  writeManifest(join(root, 'package.json'), stage, 'onnxruntime-node');
  writeFileSync(join(stage, 'README.md'), packedReadme());
  writeFileSync(join(stage, 'NOTICE.txt'), notices());
  writeFileSync(join(stage, '.vscodeignore'), '');
}

/** The extension's page in VS Code shows no pictures but those of the web, and follows no links but those to it. */
function packedReadme() {
  return readFileSync(join(root, 'README.md'), 'utf8')
    .replace(/<picture>[^]*?<\/picture>\s*|^!\[.*\]\(docs\/.*\)\s*/gm, '')
    .replace(/\[([^\]]+)\]\(docs\/.*?\)/g, '$1');
}

/** A package.json without what only developing needs, and with one dependency. */
function writeManifest(file, folder, dependency) {
  const manifest = readJson(file);
  for (const name of ['scripts', 'devDependencies', 'bin', 'allowScripts', 'overrides']) delete manifest[name];
  const dependencies = { [dependency]: manifest.dependencies[dependency] };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies }, null, 2));
}

function bundle(folder) {
  const { status } = spawnSync(process.execPath, ['esbuild.mjs', folder, '--package'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The bundles could not be built.');
  rmSync(join(folder, 'cli.cjs'));
}

/** The runtime's loader, its interface and one library. What it needs to download other libraries stays away. */
function fillNative(modules, target) {
  const runtime = join(modules, 'onnxruntime-node');
  const common = join(modules, 'onnxruntime-common');
  copy(join(native, 'dist'), join(runtime, 'dist'));
  copy(libraryOf(target), join(runtime, libraryPath(target)));
  // The same library lies there twice; it is loaded by its short name.
  for (const name of readdirSync(join(runtime, libraryPath(target))))
    if (/\.\d+\.\d+\.\d+\.dylib$/.test(name)) rmSync(join(runtime, libraryPath(target), name));
  copy(join(root, 'node_modules/onnxruntime-common/dist/cjs'), join(common, 'dist/cjs'));
  writeManifest(join(native, 'package.json'), runtime, 'onnxruntime-common');
  copy(join(root, 'node_modules/onnxruntime-common/package.json'), join(common, 'package.json'));
}

function libraryPath(target) {
  const [version] = readdirSync(join(native, 'bin'));
  return join('bin', version, ...target.split('-'));
}

function libraryOf(target) {
  return join(native, libraryPath(target));
}

/** The licences of what is bundled. */
function notices() {
  const { packages } = readJson(join(root, 'package-lock.json'));
  const shipped = Object.keys(packages).filter((path) => path && !packages[path].dev);
  return shipped
    .flatMap((path) => {
      const folder = join(root, path);
      const file = existsSync(folder) && readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
      const { version, license } = packages[path];
      const text = file ? readFileSync(join(folder, file), 'utf8') : `Licence: ${license}`;
      return `${path.replace(/^.*node_modules\//, '')} ${version}\n\n${text.trim()}\n\n${'-'.repeat(80)}\n\n`;
    })
    .join('');
}

function copy(from, to) {
  if (existsSync(from)) cpSync(from, to, { recursive: true, filter: (path) => !left.test(path) });
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
