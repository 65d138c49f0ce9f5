/** `npm start`: serves a window with the sample, and is gone after Ctrl+C. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { closeWorkbenches, Workbench } from './support';

describe('npm start', () => {
  closeWorkbenches();
  let child: ChildProcess;
  let place: string;
  after(() => {
    child.kill();
    rmSync(place, { recursive: true, force: true });
  });

  it('prints an address with the sample and ends cleanly', async () => {
    place = mkdtempSync(join(tmpdir(), 'pit-start-'));
    child = spawn(process.execPath, ['scripts/start.mjs', place], {
      cwd: resolve(__dirname, '../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    let address = '';
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stdout! })) {
      said.push(line);
      address = /http:\/\/localhost:\S+/.exec(line)?.[0] ?? address;
      if (line.includes('Ctrl+C')) break;
    }
    const words = said.join('\n');
    assert.match(words, /Open this address .* click the PIT icon at the left: datasets, schedule and runs\./);
    assert.match(words, /Click ▷ \(Run PIT\) above the schedule, .* and press Enter\./);
    const workbench = await Workbench.visit(address);
    await workbench.showViews();
    await workbench.row('Datasets', /^test/).waitFor();
    await workbench.row('Schedule', 'pitpp').waitFor();
    child.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    await assert.rejects(fetch(address));
  });
});
