/**
 * `npm start`: serves a VS Code in the browser that has the extension and a sample workspace. What is made there stays
 * in `.start/`, which git ignores, or in the folder named, until that folder is deleted. `PORT` chooses another port.
 */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installHost, startServer, windowAddress } from './host.mjs';
import { ready } from './ready.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [place = join(root, '.start')] = process.argv.slice(2);
const data = join(place, 'vscode');
const folder = join(place, 'bios');
const settings = {
  'workbench.reduceMotion': 'auto',
  'window.autoDetectColorScheme': true,
};

try {
  ready();
  installHost();
  makeWorkspace();
  await serve();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** The demo's people, model and experiment; kept as it is where it was made before. */
function makeWorkspace() {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  const sample = join(root, 'samples/bios');
  const kept = readdirSync(sample).filter((name) => !['base.pit.json', 'base-data'].includes(name));
  for (const name of kept) cpSync(join(sample, name), join(folder, name), { recursive: true });
}

async function serve() {
  const server = await startServer({ data, port: Number(process.env.PORT ?? 0), extension: root, settings });
  const stop = () => void server.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  console.log(`\nPIT Lab in VS Code: ${windowAddress(server, { folder })}\n`);
  console.log('Open this address in a browser. There, click the PIT icon at the left: datasets, schedule and runs.');
  console.log('Click ▷ (Run PIT) above the schedule, leave only "Pre-instruction-tuning" ticked, and press Enter.');
  console.log('The first run takes a minute or two on two cores. Ctrl+C stops the server; runs go on until they end.');
  await server.ended;
}
