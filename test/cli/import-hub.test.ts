/** `pit import hub:…` as a person calls it: what it says, which variables it honours, stopping, and disks that take nothing. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commit, LocalHub, modelFiles } from '../unit/model/hub.server';
import { fillWorld, finish } from './small';

const cli = resolve(__dirname, '../../dist/cli.cjs');

describe('pit import hub:', () => {
  const root = mkdtempSync(join(tmpdir(), 'pit-import-hub-'));
  let hub: LocalHub;
  before(async () => {
    hub = await new LocalHub('ann/tiny', await modelFiles()).start();
  });
  after(async () => {
    await hub.stop();
    if (canMount) spawnSync('umount', [place]);
    rmSync(root, { recursive: true });
  });
  afterEach(() => {
    hub.misbehave = () => false;
    hub.asked.length = 0;
  });

  /** `home` is the folder that Hugging Face's tools keep everything in. */
  const start = (home: string, words: string[], variables: Record<string, string> = {}) => {
    const env = { ...process.env, HF_HOME: home, HF_ENDPOINT: `${hub.endpoint}/`, ...variables };
    return spawn(process.execPath, [cli, ...words], { env, cwd: root });
  };
  const pit = (home: string, words: string[], variables?: Record<string, string>) =>
    finish(start(home, words, variables));
  const snapshotIn = (cache: string) => join(cache, 'models--ann--tiny', 'snapshots', commit);

  it('prints the folder, which an experiment can name', async () => {
    const home = join(root, 'home');
    const folder = snapshotIn(join(home, 'hub'));
    const first = await pit(home, ['import', 'hub:ann/tiny']);
    assert.deepEqual([first.code, first.stderr], [0, '']);
    assert.match(
      first.stdout,
      /^ann\/tiny \(aaaaaaa, licence mit\): 1\.0 MB, 1\.0 MB of it downloaded now\. The folder .+:\n\S+\n$/,
    );
    assert.equal(first.stdout.split('\n').at(-2), folder);
    const again = await pit(home, ['import', 'hub:ann/tiny']);
    assert.match(again.stdout, / 1\.0 MB, all of it there before\. /);
    const json = JSON.parse((await pit(home, ['import', 'hub:ann/tiny', '--to', 'mine', '--json'])).stdout);
    assert.deepEqual([json.folder, json.commit, json.size.downloaded], ['mine', commit, 0]);
    for (const model of [folder, 'mine']) {
      const { code, stdout, stderr } = await pit(home, ['check', await fillWorld(root, { model })]);
      assert.equal(code, 0, stdout + stderr);
    }
  });

  it('honours the variables and the token that other tools keep', async () => {
    const home = join(root, 'kept');
    mkdirSync(home);
    writeFileSync(join(home, 'token'), 'hf_kept\n');
    const cache = join(root, 'elsewhere');
    const { code } = await pit(home, ['import', 'hub:ann/tiny'], { HF_HUB_CACHE: cache });
    assert.deepEqual([code, existsSync(snapshotIn(cache)), readdirSync(home)], [0, true, ['token']]);
    assert.equal(hub.asked[0].token, 'hf_kept');
    hub.asked.length = 0;
    await pit(home, ['import', 'hub:ann/tiny'], { HF_TOKEN: 'hf_given' });
    assert.equal(hub.asked[0].token, 'hf_given');
    hub.asked.length = 0;
    const refused = async (variables: Record<string, string>, sentence: string) => {
      const { code, stdout, stderr } = await pit(home, ['import', 'hub:ann/tiny'], variables);
      assert.deepEqual([code, stdout, stderr], [1, '', `${sentence}\n`]);
    };
    await refused(
      { HF_TOKEN: 'secret' },
      'The token in HF_TOKEN is none of the hub: it must begin with "hf_" and hold letters and digits.',
    );
    await refused({ HF_HUB_OFFLINE: '1' }, 'HF_HUB_OFFLINE is set, so nothing is downloaded.');
    await refused(
      { HF_ENDPOINT: 'mirror' },
      'HF_ENDPOINT is "mirror", which is no address that begins with http:// or https://.',
    );
    assert.deepEqual(hub.asked, []);
  });

  it('stops when asked to, and the same command goes on from there', async () => {
    const home = join(root, 'stopped');
    const length = 1000;
    const partials = () =>
      readdirSync(join(home, 'hub/models--ann--tiny/blobs')).filter((name) => /incomplete/.test(name));
    hub.misbehave = ({ elsewhere }, response) => {
      if (!elsewhere) return false;
      response.writeHead(200).write(hub.files['model.safetensors'].subarray(0, length), () => child.kill('SIGINT'));
      return true;
    };
    const child = start(home, ['import', 'hub:ann/tiny']);
    const { code, stdout, stderr } = await finish(child);
    assert.deepEqual([code, stdout, stderr], [130, '', 'Stopped; the same command goes on from here.\n']);
    assert.equal(partials().length, 1);
    assert.ok(!existsSync(snapshotIn(join(home, 'hub'))));
    hub.misbehave = () => false;
    assert.equal((await pit(home, ['import', 'hub:ann/tiny'])).code, 0);
    assert.deepEqual(partials(), []);
  });

  const place = join(root, 'disk');
  mkdirSync(place);
  const mount = (options: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place]).status === 0;
  const canMount = process.platform === 'linux' && mount('size=1m');
  it(`refuses a disk that is full or read-only${canMount ? '' : ' (skipped: it needs the right to mount one)'}`, async function () {
    if (!canMount) return this.skip();
    writeFileSync(join(place, 'ballast'), Buffer.alloc(500_000));
    const full = await pit(place, ['import', 'hub:ann/tiny']);
    assert.match(full.stderr, /^\S+ can't be written: it takes 0\.00 GB, but the disk has only 0\.00 GB free\.\n$/);
    assert.deepEqual(readdirSync(join(place, 'hub', 'models--ann--tiny', 'blobs')), []);
    assert.ok(mount('remount,ro'));
    const fixed = await pit(join(place, 'other'), ['import', 'hub:ann/tiny']);
    assert.match(fixed.stderr, /^\S+ can't be written: the disk is read-only\.\n$/);
    assert.deepEqual([full.code, fixed.code], [1, 1]);
  });
});
