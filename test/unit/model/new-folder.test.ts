/** A folder that is there whole or not at all, also where the process that fills it is killed. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeNewFolder } from '../../../src/model/new-folder';

/** Fills the folder that it is told with one file and goes no further. */
const filling = `
const { makeNewFolder } = require(${JSON.stringify(path.resolve(__dirname, '../../../src/model/new-folder.ts'))});
const { writeFileSync } = require('node:fs');
void makeNewFolder(process.argv[1], 1, async (place) => {
  writeFileSync(place + '/half', 'half');
  console.log('begun');
  await new Promise((done) => setTimeout(done, 1e9));
});`;

describe('a new folder', () => {
  let root: string;
  const children: ChildProcess[] = [];
  beforeEach(() => (root = mkdtempSync(path.join(tmpdir(), 'pit-new-'))));
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    rmSync(root, { recursive: true });
  });

  const names = () => readdirSync(root).sort();
  const make = (name: string) =>
    makeNewFolder(path.join(root, name), 1, async (place) => writeFileSync(path.join(place, 'whole'), name));

  /** A process that is in the middle of filling a folder. */
  async function begin(name: string): Promise<ChildProcess> {
    const words = ['--import', 'tsx', '-e', filling, path.join(root, name)];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    await once(child.stdout!, 'data');
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  it('is made beside what others are making, and clears what killed ones have left', async () => {
    const [killed, working] = [await begin('killed'), await begin('working')];
    await kill(killed);
    const halves = names();
    assert.deepEqual(
      halves.map((name) => name.split('.')[0]),
      ['killed', 'working'],
    );
    await make('model');
    assert.deepEqual(names(), ['model', halves[1]]);
    assert.equal(readFileSync(path.join(root, 'model/whole'), 'utf8'), 'model');
    await kill(working);
    await make('working');
    assert.deepEqual(names(), ['model', 'working']);
  });

  it('clears nothing that is not known to be its own', async () => {
    const killed = await begin('killed');
    await kill(killed);
    const [left] = names();
    const others = [
      `mine.${killed.pid}.tmp`,
      left.replace(/[0-9a-f]{8}\.tmp$/, '00000000.tmp'),
      `${left}.old`,
      left.replace('killed', ''),
    ];
    for (const name of others) mkdirSync(path.join(root, name));
    writeFileSync(path.join(root, left.replace('killed', 'file')), 'mine');
    mkdirSync(path.join(root, 'target'));
    writeFileSync(path.join(root, 'target/mine'), 'mine');
    symlinkSync(path.join(root, 'target'), path.join(root, left.replace('killed', 'link')));
    const before = names();
    await make('model');
    assert.deepEqual(names(), [...before.filter((name) => name !== left), 'model'].sort());
    assert.ok(existsSync(path.join(root, 'target/mine')));
  });
});
