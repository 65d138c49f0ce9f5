/** Models from the hub, against a hub on this machine: what lands where, what is refused, and what survives a break. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/errors';
import { readModelFolder } from '../../../src/model/folder';
import { type Arrived, askHub, importHub, type HubImportOptions } from '../../../src/model/hub/import';
import { parseHubName } from '../../../src/model/hub/name';
import { TokenWanted } from '../../../src/model/hub/refusals';
import { findImport, readOrigin } from '../../../src/model/origin';
import { commit, LocalHub, modelFiles, refuse, weightParts } from './hub.server';

const model = 'ann/tiny';
const wanted = [
  'LICENSE',
  'LICENSE-data.txt',
  'README.md',
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
];

describe('a model from the hub', () => {
  let files: Record<string, Buffer>;
  let hub: LocalHub;
  let root: string;
  before(async () => {
    files = await modelFiles();
  });
  beforeEach(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'pit-hub-'));
    hub = await new LocalHub(model, { ...files }).start();
  });
  afterEach(async () => {
    await hub.stop();
    rmSync(root, { recursive: true });
  });

  const cache = () => path.join(root, 'hub');
  const repository = (...names: string[]) => path.join(cache(), 'models--ann--tiny', ...names);
  const snapshot = () => repository('snapshots', commit);
  const bring = (options: HubImportOptions & { token?: string; revision?: string } = {}) => {
    const { token, revision, ...rest } = options;
    const settings = { endpoint: hub.endpoint, cache: cache(), token };
    return importHub(`hub:${model}${revision ? `@${revision}` : ''}`, { settings, ...rest });
  };
  const refused = (sentence: string, options?: Parameters<typeof bring>[0]) =>
    assert.rejects(bring(options), new UserError(sentence));

  it('lands in the cache that other tools share, and nothing comes that a model folder does not need', async () => {
    const brought = await bring();
    const all = wanted.reduce((sum, name) => sum + files[name].length, 0);
    assert.deepEqual(brought, { model, commit, license: 'mit', folder: snapshot(), size: { all, downloaded: all } });
    assert.deepEqual(readdirSync(snapshot()).sort(), wanted);
    assert.deepEqual(hub.downloaded, wanted);
    for (const name of wanted) {
      assert.deepEqual(readFileSync(path.join(snapshot(), name)), files[name]);
      assert.match(readlinkSync(path.join(snapshot(), name)), /^\.\.[\\/]\.\.[\\/]blobs[\\/][0-9a-f]+$/);
    }
    assert.equal(readFileSync(repository('refs', 'main'), 'utf8'), commit);
    assert.equal(readdirSync(repository('blobs')).length, wanted.length);
    assert.equal((await readModelFolder(snapshot())).config.layers, 1);
  });

  it('is not downloaded again', async () => {
    await bring();
    hub.asked.length = 0;
    const { size } = await bring();
    assert.equal(size.downloaded, 0);
    assert.deepEqual(hub.downloaded, ['config.json']);
    rmSync(snapshot(), { recursive: true });
    assert.equal((await bring()).size.downloaded, 0);
    assert.deepEqual(readdirSync(snapshot()).sort(), wanted);
  });

  it('is described before anything of it comes', async () => {
    const settings = { endpoint: hub.endpoint, cache: cache() };
    const all = wanted.reduce((sum, name) => sum + files[name].length, 0);
    const { config, ...offer } = await askHub(`hub:${model}`, { settings });
    assert.deepEqual(offer, { model, commit, license: 'mit', size: { all, missing: all } });
    assert.equal(config.layers, 1);
    assert.deepEqual([hub.downloaded, readdirSync(root)], [['config.json'], []]);
    await bring();
    assert.deepEqual((await askHub(`hub:${model}`, { settings })).size, { all, missing: 0 });
  });

  it('may have its weights in parts', async () => {
    const parts = await weightParts();
    delete hub.files['model.safetensors'];
    Object.assign(hub.files, parts);
    await bring();
    assert.ok(Object.keys(parts).every((name) => existsSync(path.join(snapshot(), name))));
    delete hub.files['model-2.safetensors'];
    await refused(`${hub.endpoint}/${model} has no model-2.safetensors, which a model folder needs.`);
  });

  it('tells how much has come', async () => {
    const arrived: Arrived[] = [];
    const { size } = await bring({ onProgress: (event) => arrived.push(event) });
    assert.ok(arrived.every(({ done, total }, i) => total === size.all && done >= (arrived[i - 1]?.done ?? 0)));
    assert.deepEqual(arrived.at(-1), { file: 'model.safetensors', done: size.all, total: size.all });
  });

  it('shows its token to the hub alone, not to where the hub sends for large files', async () => {
    await bring({ token: 'hf_secret' });
    const tokens = (elsewhere: boolean) =>
      new Set(hub.asked.filter((asked) => asked.elsewhere === elsewhere).map(({ token }) => token));
    assert.deepEqual(tokens(false), new Set(['hf_secret']));
    assert.deepEqual(tokens(true), new Set([undefined]));
  });

  it('goes on after every break of the connection', async () => {
    const length = files['model.safetensors'].length;
    const step = Math.ceil(length / 4);
    await bring({ onProgress: breakEvery(step) });
    const ranges = hub.asked.filter(({ elsewhere }) => elsewhere).map(({ range }) => range);
    assert.deepEqual(ranges, [undefined, `bytes=${step}-`, `bytes=${2 * step}-`, `bytes=${3 * step}-`]);
    assert.deepEqual(readFileSync(path.join(snapshot(), 'model.safetensors')), files['model.safetensors']);
  });

  it('goes on at the next try with what an earlier one left', async () => {
    const step = 1000;
    const onProgress = breakEvery(step, 1);
    await refused(`The connection breaks at byte ${step} of model.safetensors: the same command goes on from there.`, {
      onProgress,
    });
    assert.ok(!existsSync(snapshot()));
    assert.deepEqual(
      partials().map((name) => statSync(repository('blobs', name)).size),
      [step],
    );
    hub.misbehave = () => false;
    hub.asked.length = 0;
    await bring();
    assert.equal(hub.asked.find(({ elsewhere }) => elsewhere)?.range, `bytes=${step}-`);
    assert.deepEqual(readFileSync(path.join(snapshot(), 'model.safetensors')), files['model.safetensors']);
    assert.deepEqual(partials(), []);
  });

  it('comes whole when two ask for it at once', async () => {
    await Promise.all([bring(), bring(), bring()]);
    assert.deepEqual(readFileSync(path.join(snapshot(), 'model.safetensors')), files['model.safetensors']);
    assert.deepEqual(partials(), []);
  });

  it('keeps what has come when it is stopped', async () => {
    await assert.rejects(bring(stopping()), /^Error: enough$/);
    assert.ok(!existsSync(snapshot()));
    assert.equal(partials().length, 1);
  });

  it('leaves nothing behind when it is stopped thoroughly, nor half a file of an earlier try', async () => {
    await assert.rejects(bring({ ...stopping(), isThorough: true }), /^Error: enough$/);
    assert.deepEqual(readdirSync(cache()), []);
    await assert.rejects(bring(stopping()), /^Error: enough$/);
    assert.equal(partials().length, 1);
    await assert.rejects(bring({ ...stopping(), isThorough: true }), /^Error: enough$/);
    assert.deepEqual(partials(), []);
  });

  it('leaves nothing behind when it is stopped with its last byte', async () => {
    const stop = new AbortController();
    const onProgress = ({ done, total }: Arrived) => done === total && stop.abort(new Error('enough'));
    const to = path.join(root, 'mine');
    await assert.rejects(bring({ signal: stop.signal, onProgress, isThorough: true, to }), /^Error: enough$/);
    assert.deepEqual([readdirSync(cache()), existsSync(to)], [[], false]);
  });

  it('keeps what was whole before when it is stopped thoroughly', async () => {
    await bring();
    const before = readdirSync(repository(), { recursive: true }).sort();
    hub.files['LICENSE'] = Buffer.alloc(30_000);
    hub.misbehave = ({ elsewhere }, response) => elsewhere && (response.writeHead(200).write('some'), true);
    const stop = new AbortController();
    const onProgress = ({ done }: Arrived) => done === 4 && stop.abort(new Error('enough'));
    await assert.rejects(bring({ signal: stop.signal, onProgress, isThorough: true }), /^Error: enough$/);
    assert.deepEqual(readdirSync(repository(), { recursive: true }).sort(), before);
  });

  it('is thrown away where a checksum is wrong', async () => {
    for (const name of ['README.md', 'model.safetensors']) {
      const changed = Buffer.from(files[name]);
      changed[changed.length - 2] ^= 1;
      hub.misbehave = (asked, response) => {
        const isIt = asked.path.endsWith(`/${name}`) && asked.range !== 'bytes=0-0';
        if (isIt && (asked.elsewhere || name === 'README.md')) response.writeHead(200).end(changed);
        return isIt && response.writableEnded;
      };
      await refused(`${name} came with a wrong checksum and was thrown away: try again.`);
      assert.ok(!existsSync(snapshot()));
      assert.deepEqual(partials(), []);
    }
  });

  it('is refused by its config before anything is written', async () => {
    hub.files['config.json'] = Buffer.from('{"model_type": "bert"}');
    await assert.rejects(bring(), (error: Error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /ann\/tiny: config\.json: field "model_type" is "bert", but only .+ is supported\.$/);
      return true;
    });
    assert.deepEqual(hub.downloaded, ['config.json']);
    hub.files['config.json'] = Buffer.from('<html>');
    await assert.rejects(bring(), /ann\/tiny: config\.json is not JSON: /);
    assert.deepEqual(readdirSync(root), []);
  });

  it('is refused by its tokenizer before its weights come', async () => {
    const tokenizer = JSON.parse(files['tokenizer.json'].toString());
    hub.files['tokenizer.json'] = Buffer.from(
      JSON.stringify({ ...tokenizer, model: { ...tokenizer.model, type: 'Unigram' } }),
    );
    await refused(`${hub.endpoint}/${model}: tokenizer.json: field "model.type" is wrong: only BPE is supported.`);
    assert.ok(!hub.downloaded.includes('model.safetensors'));
    assert.ok(!existsSync(snapshot()));
  });

  it('is refused where its weights are pickled, GGUF or missing', async () => {
    const page = `${hub.endpoint}/${model}`;
    delete hub.files['model.safetensors'];
    await refused(
      `${page} has its weights only as pytorch_model.bin, a pickled file: reading one runs the code in it; take a copy in safetensors.`,
    );
    const ggufs = ['m.Q2_K.gguf', 'm.Q4_K_M.gguf', 'm.F16.gguf', 'm.Q8_0.gguf'];
    for (const name of ggufs) hub.files[name] = Buffer.from('GGUF');
    await refused(`${page} has its weights only as GGUF: download m.Q8_0.gguf there, then pit import m.Q8_0.gguf.`);
    for (const name of [...ggufs, 'pytorch_model.bin']) delete hub.files[name];
    await refused(`${page} has no model.safetensors, neither whole nor in parts.`);
    hub.files = { 'model.safetensors': files['model.safetensors'], 'config.json': files['config.json'] };
    await refused(`${page} has no tokenizer.json, which a model folder needs.`);
    assert.deepEqual(readdirSync(root), []);
  });

  it('is refused in one sentence where the hub refuses', async () => {
    const page = `${hub.endpoint}/${model}`;
    const always = (status: number, code?: string, message?: string) => {
      hub.misbehave = (_, response) => (refuse(response, status, code, message), true);
    };
    await refused(`${model} has no revision "v9": see ${page}.`, { revision: 'v9' });
    hub.misbehave = ({ path: asked }, response) =>
      asked.includes('/resolve/') && (refuse(response, 401, 'GatedRepo'), true);
    await refused(
      `${model} is gated: ask for access at ${page}, then set HF_TOKEN to a token of the account that got it.`,
    );
    always(403, 'GatedRepo');
    await refused(`${model} is gated: ask for access at ${page} with the account that the token belongs to.`, {
      token: 'hf_a',
    });
    const settings = { endpoint: hub.endpoint, cache: cache(), setToken: 'set' };
    await assert.rejects(importHub(`hub:${model}`, { settings }), (error: Error) => {
      assert.ok(error instanceof TokenWanted);
      assert.match(error.message, /, then set a token of the account that got it\.$/);
      return true;
    });
    always(401, undefined, 'Invalid credentials in Authorization header');
    await refused(`The hub does not accept the token: set HF_TOKEN to one from ${hub.endpoint}/settings/tokens.`, {
      token: 'hf_a',
    });
    always(403);
    await refused(`The hub does not let this account read ${model}: see ${page}.`, { token: 'hf_a' });
    always(429);
    await refused(`${hub.endpoint} has had too many requests: wait some minutes and try again; a token allows more.`);
    always(503);
    await refused(`${hub.endpoint} answers with status 503: try again later.`);
    assert.deepEqual(readdirSync(root), []);
  });

  it('is refused where it is misspelt', async () => {
    const settings = { endpoint: hub.endpoint, cache: cache() };
    const sentence = `The hub shows no model ann/tny: check the spelling at ${hub.endpoint}/ann/tny; for a private one, set HF_TOKEN to a token that may read it.`;
    await assert.rejects(importHub('hub:ann/tny', { settings }), new UserError(sentence));
  });

  it('is refused where no hub answers', async () => {
    hub.misbehave = (_, response) => (response.writeHead(200).end('<html>Sign in</html>'), true);
    await assert.rejects(bring(), /^UserError: \S+ does not answer as the hub does: .+\.$/);
    hub.misbehave = (_, response) => (response.writeHead(200).end('{"sha": "../.."}'), true);
    await assert.rejects(bring(), /^UserError: \S+ does not answer as the hub does: [^]+\.$/);
    const gone = await new LocalHub(model, files).start();
    const { endpoint } = gone;
    await gone.stop();
    const settings = { endpoint, cache: cache() };
    const sentence = `${endpoint} can't be reached (ECONNREFUSED): check the connection, and HF_ENDPOINT if it is set.`;
    await assert.rejects(importHub(`hub:${model}`, { settings }), new UserError(sentence));
  });

  it('is refused where the cache takes nothing', async () => {
    writeFileSync(cache(), 'a file');
    await refused(`${repository('blobs')} can't be written: a part of its path is not a folder.`);
  });

  const full = '/dev/full';
  it(`is refused where the disk fills half-way, and comes once there is room${existsSync(full) ? '' : ` (skipped: no ${full})`}`, async function () {
    if (!existsSync(full)) this.skip();
    const digest = createHash('sha256').update(files['model.safetensors']).digest('hex');
    const partial = repository('blobs', `${digest}.pit.incomplete`);
    mkdirSync(path.dirname(partial), { recursive: true });
    symlinkSync(full, partial);
    await refused(`${partial} can't be written: the disk is full.`);
    assert.ok(!existsSync(repository('snapshots')));
    rmSync(partial);
    await readModelFolder((await bring()).folder);
  });

  it('goes into a folder of its own, its weights without a second copy', async () => {
    const to = path.join(root, 'mine');
    assert.equal((await bring({ to })).folder, to);
    assert.deepEqual(readdirSync(to).sort(), [...wanted, 'origin.json'].sort());
    assert.deepEqual(await readOrigin(to), { hub: model, revision: 'main', commit });
    assert.equal(await findImport(root, (origin) => 'hub' in origin && origin.commit === commit), to);
    const isSame = (name: string) => statSync(path.join(to, name)).ino === statSync(path.join(snapshot(), name)).ino;
    assert.deepEqual(wanted.filter(isSame), ['model.safetensors']);
    assert.ok(wanted.every((name) => lstatSync(path.join(to, name)).isFile()));
    await readModelFolder(to);
    hub.asked.length = 0;
    await refused(`${to} is not empty: it holds LICENSE; name a folder that is new or empty.`, { to });
    assert.deepEqual(hub.asked, []);
  });

  /**
   * Lets the connection break whenever so many bytes of the weights are there; after `most` times nothing comes. The
   * result must be told how much has arrived.
   */
  function breakEvery(step: number, most = Infinity): (arrived: Arrived) => void {
    let times = 0;
    let upTo = 0;
    let current: ServerResponse | undefined;
    hub.misbehave = ({ elsewhere, range }, response) => {
      if (!elsewhere) return false;
      const from = startOf(range);
      const bytes = files['model.safetensors'].subarray(from);
      const part = times++ < most ? bytes.subarray(0, step) : Buffer.alloc(0);
      upTo = from + part.length;
      current = response;
      response.writeHead(from > 0 ? 206 : 200, part.length > 0 ? { 'Content-Length': bytes.length } : {});
      if (part.length === 0) response.end();
      else response.write(part);
      return true;
    };
    return ({ file, done, total }) => {
      const missing = total - done;
      const isThere = files['model.safetensors'].length - missing === upTo;
      if (file === 'model.safetensors' && isThere && missing > 0) current?.destroy();
    };
  }

  /** Stops an import while its weights come. */
  function stopping(): HubImportOptions {
    const stop = new AbortController();
    hub.misbehave = ({ elsewhere }, response) =>
      elsewhere && (response.writeHead(200).write(files['model.safetensors'].subarray(0, 1000)), true);
    const onProgress = ({ file, done, total }: Arrived) => {
      const isComing = total - done < files['model.safetensors'].length;
      if (file === 'model.safetensors' && isComing) stop.abort(new Error('enough'));
    };
    return { signal: stop.signal, onProgress };
  }

  const startOf = (range?: string) => Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
  const partials = () => readdirSync(repository('blobs')).filter((name) => name.endsWith('.incomplete'));
});

describe('a name on the hub', () => {
  it('has an owner, and may have a revision', () => {
    assert.deepEqual(parseHubName('hub:a-b/c.d_e'), { model: 'a-b/c.d_e', revision: 'main' });
    assert.deepEqual(parseHubName('hub:a/b@refs/pr/1'), { model: 'a/b', revision: 'refs/pr/1' });
  });

  it('leads nowhere else', () => {
    for (const name of [
      'hub:gpt2',
      'hub:',
      'hub:a/b/c',
      'hub:../b',
      'hub:a/..',
      'hub:a/b@../../x',
      'hub:a/b@/x',
      'hub:a/b@',
      'hub:a/b?c',
      'a/b',
    ])
      assert.throws(
        () => parseHubName(name),
        new UserError(`"${name}" names no model on the hub: write hub:OWNER/NAME or hub:OWNER/NAME@REVISION.`),
      );
  });
});
