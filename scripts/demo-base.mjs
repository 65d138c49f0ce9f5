/**
 * `npm run demo:base`: makes the base model of the demo anew, from its people to the model folder in samples/bios/model.
 * It takes about five minutes on two cores; stopped, the same command goes on.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ready } from './ready.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const model = join(root, 'samples/bios/model');
const checkpoints = join(root, 'runs/base/base-seed1/checkpoints');

ready();
process.on('SIGINT', () => {});
if (!existsSync(join(root, 'samples/bios/base-data')))
  pit('generate', 'bios', 'samples/bios/base-data', '--base', '2000', '--wordings', '2', '--opening', 'Biography.');
pit('run', 'samples/bios/base.pit.json', '--out', 'runs/base');
const [last] = readdirSync(checkpoints);
mkdirSync(model, { recursive: true });
for (const name of [
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
])
  copyFileSync(join(checkpoints, last, name), join(model, name));
console.error(`The base model lies in ${model}.`);

function pit(...words) {
  const { status } = spawnSync(process.execPath, ['dist/cli.cjs', ...words], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
