/** Hashes that are remembered: what is unchanged is not read again, and what may have changed always is. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { modelHash } from '../../../src/model/hash';
import { HashMemory } from '../../../src/model/hash-memory';

const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** A time long before any of these tests, seconds since 1970. */
const past = 1_500_000_000;

describe('the memory of hashes', () => {
  let root: string;
  let file: string;
  let reads: string[];
  let written: bigint | undefined;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'pit-memory-'));
    file = path.join(root, 'weights');
    write('first');
    reads = [];
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Each is a process of its own, as far as the memory knows. */
  const memory = (more = {}) => new HashMemory({ folder: path.join(root, 'cache'), smallest: 1, ...more });
  const memoryFile = () => path.join(root, 'cache/hashes.json');
  /** Clocks of file systems tick slowly: writes until this is later than the last time. */
  const write = (text: string, time = past) => {
    const changed = () => statSync(file, { bigint: true }).ctimeNs;
    do {
      writeFileSync(file, text);
      utimesSync(file, time, time);
    } while (changed() === written);
    written = changed();
  };
  const hash = (of = file, more = {}) =>
    memory(more).of(of, async () => {
      reads.push(readFileSync(of, 'utf8'));
      return sha256(of);
    });

  it('reads a file once', async () => {
    assert.equal(await hash(), sha256(file));
    assert.equal(await hash(), sha256(file));
    assert.deepEqual(reads, ['first']);
  });

  it('reads again where the content may be another, be it as long and as old', async () => {
    await hash();
    write('other');
    assert.equal(await hash(), sha256(file));
    write('third', past + 1);
    assert.equal(await hash(), sha256(file));
    write('longer');
    assert.equal(await hash(), sha256(file));
    assert.deepEqual(reads, ['first', 'other', 'third', 'longer']);
  });

  it('knows a file by all its names, and another of the same name as another', async () => {
    await hash();
    const link = path.join(root, 'link');
    symlinkSync(file, link);
    assert.equal(await hash(link), sha256(file));
    assert.deepEqual(reads, ['first']);
    rmSync(file);
    write('other');
    assert.equal(await hash(link), sha256(file));
    assert.deepEqual(reads, ['first', 'other']);
  });

  it('reads again what has changed in the last two seconds', async () => {
    const at = (ms: number) => ({ now: () => past * 1000 + ms });
    await hash(file, at(1999));
    await hash(file, at(1999));
    await hash(file, at(2001));
    assert.equal(reads.length, 3);
    await hash(file, at(2001));
    assert.equal(reads.length, 3);
    await hash(file, at(-1));
    assert.equal(reads.length, 4);
  });

  it('keeps nothing of a file that changes while it is read', async () => {
    const changing = memory().of(file, async () => {
      const before = sha256(file);
      write('after');
      return before;
    });
    assert.notEqual(await changing, sha256(file));
    assert.equal(await hash(), sha256(file));
    assert.deepEqual(reads, ['after']);
  });

  it('begins anew where what it has written is broken, and works where it can write nothing', async () => {
    await hash();
    const whole = readFileSync(memoryFile(), 'utf8');
    const broken = ['', whole.slice(0, -10), '[]', whole.replace(sha256(file), 'no hash')];
    for (const text of broken) {
      writeFileSync(memoryFile(), text);
      assert.equal(await hash(), sha256(file));
    }
    assert.equal(reads.length, 1 + broken.length);
    assert.equal(readFileSync(memoryFile(), 'utf8'), whole);
    assert.equal(await hash(file, { folder: path.join(file, 'cache') }), sha256(file));
  });

  it('leaves small files and files that are not there to others', async () => {
    await hash(file, { smallest: 6 });
    await hash(file, { smallest: 6 });
    assert.equal(reads.length, 2);
    await assert.rejects(hash(path.join(root, 'missing')), { code: 'ENOENT' });
  });

  it('serves the hash of a model, which tells how much of it has been seen', async () => {
    const [base, folder] = ['gpt2', 'lora-gpt2'].map((name) => path.join(root, name));
    for (const one of [base, folder])
      cpSync(path.join(__dirname, '../../fixtures/model', path.basename(one)), one, { recursive: true });
    const weights = [path.join(base, 'model.safetensors'), path.join(folder, 'adapter_model.safetensors')];
    for (const one of weights) utimesSync(one, past, past);
    const told: { done: number; total: number }[] = [];
    const look = () => modelHash(folder, { memory: memory(), onProgress: (news) => told.push(news) });
    const first = await look();
    assert.equal(first, await modelHash(folder, { memory: memory({ smallest: Infinity }) }));
    assert.equal(await look(), first);
    const configs = ['config.json', 'generation_config.json'].map((name) => path.join(base, name));
    const bytes = [...weights, ...configs].reduce((sum, one) => sum + statSync(one).size, 0);
    assert.deepEqual(
      told.filter(({ done, total }) => done === total),
      [
        { done: bytes, total: bytes },
        { done: bytes, total: bytes },
      ],
    );
    // The memory is believed: what it says of the base decides, though nothing else has changed.
    const remembered = readFileSync(memoryFile(), 'utf8');
    writeFileSync(memoryFile(), remembered.replaceAll(sha256(weights[0]), sha256(weights[1])));
    assert.notEqual(await look(), first);
  });

  it('can be stopped', async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const folder = path.join(__dirname, '../../fixtures/model/gpt2');
    await assert.rejects(modelHash(folder, { memory: memory(), signal: stop.signal, onProgress }), {
      name: 'AbortError',
    });
  });
});
