/** Asking an answering process: order, portions, giving up, its end and its death. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked } from '../../../src/trainer/ask';
import { AnswererClient, type AnswererOptions } from '../../../src/vscode/results/client';
import { question } from './results.sample';

/** Answers each question with its own text in capitals; dies of the question `die`. */
const program = `
const lines = require('node:readline').createInterface({ input: process.stdin });
console.log(JSON.stringify({ ready: { engine: 'fake' } }));
lines.on('line', (line) => {
  const asked = JSON.parse(line);
  if (asked.question === 'die') { console.error('out of memory'); process.exit(7); }
  if (asked.question === 'refuse') return console.log(JSON.stringify({ failed: 'The model is damaged.' }));
  console.log(JSON.stringify({ answer: { ...asked, prediction: asked.question.toUpperCase(), pid: process.pid } }));
});`;

const questions = (...texts: string[]): Asked[] => texts.map((text, i) => question(`d?${i}`, text));
const clients: AnswererClient[] = [];

function clientOf(options: Partial<AnswererOptions> = {}): AnswererClient {
  const command = [process.execPath, '-e', program];
  const client = new AnswererClient({ command, idle: 60_000, portion: 2, log: () => {}, ...options });
  clients.push(client);
  return client;
}

async function answers(client: AnswererClient, asked: Asked[], cancelled?: () => boolean): Promise<string[][]> {
  const portions: string[][] = [];
  for await (const part of client.ask(asked, cancelled)) portions.push(part.map(({ prediction }) => prediction));
  return portions;
}

describe('the client of an answering process', () => {
  afterEach(() => clients.splice(0).forEach((client) => client.dispose()));

  it('gives answers in order, a portion at a time', async () => {
    assert.deepEqual(await answers(clientOf(), questions('a', 'b', 'c')), [['A', 'B'], ['C']]);
  });

  it('starts one process, when it is first asked', async () => {
    const client = clientOf();
    assert.equal(client.isRunning, false);
    const pids = new Set<unknown>();
    for await (const part of client.ask(questions('a', 'b', 'c')))
      part.forEach((one) => pids.add(Reflect.get(one, 'pid')));
    assert.equal(pids.size, 1);
    assert.equal(client.isRunning, true);
  });

  it('serves several who ask at once', async () => {
    const client = clientOf();
    const both = await Promise.all([answers(client, questions('a', 'b', 'c')), answers(client, questions('x', 'y'))]);
    assert.deepEqual(both, [[['A', 'B'], ['C']], [['X', 'Y']]]);
  });

  it('stops between portions when it is told to', async () => {
    let portions = 0;
    const given = await answers(clientOf(), questions('a', 'b', 'c', 'd', 'e'), () => portions++ === 1);
    assert.deepEqual(given, [['A', 'B']]);
  });

  it('says in one sentence how the process died, and starts another the next time', async () => {
    const client = clientOf();
    await assert.rejects(answers(client, questions('die')), {
      message: 'The answering process ended with exit code 7: out of memory.',
    });
    assert.deepEqual(await answers(client, questions('a')), [['A']]);
  });

  it('passes on why the process can’t answer', async () => {
    await assert.rejects(answers(clientOf(), questions('refuse')), { message: 'The model is damaged.' });
  });

  it('says so where there is no such program', async () => {
    await assert.rejects(answers(clientOf({ command: ['/nowhere/node'] }), questions('a')), {
      message: /^The answering process can't be started: .*nowhere/,
    });
  });

  it('ends the process when nobody has asked for a while', async () => {
    const client = clientOf({ idle: 1 });
    await answers(client, questions('a'));
    while (client.isRunning) await sleep(1, undefined, { ref: false });
  });

  it('ends the process when it is disposed of', async () => {
    const client = clientOf();
    let pid = 0;
    for await (const [one] of client.ask(questions('a'))) pid = Number(Reflect.get(one, 'pid'));
    client.dispose();
    assert.ok(pid > 0);
    while (isThere(pid)) await sleep(1, undefined, { ref: false });
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
