/** `npm run demo`: the paper's main table in small. What follows `--` goes to `pit run`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ready } from './ready.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
ready();
console.error("A base model of 1 M parameters reads about 100 people whom it has never met, in the paper's settings.");
console.error('All nine settings take 8 minutes or more on two cores; Ctrl+C stops, the same command goes on.\n');
const words = ['dist/cli.cjs', 'run', 'samples/bios/demo.pit.json', '--out', 'runs/demo', ...process.argv.slice(2)];
process.on('SIGINT', () => {});
const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
