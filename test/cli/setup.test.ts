/** Setting the torch engine up, with stand-ins for uv and Python; `.ci/run` makes the real environment. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inFolder } from '../unit/dataset/folder';
import { finish, type Finished } from './small';
import { program, uv } from './uv';

const cli = resolve(__dirname, '../../dist/cli.cjs');
interface Place {
  root: string;
  /** Folder of the programs on the PATH. */
  programs: string;
  /** Where the environment goes. */
  torch: string;
  setUp(...words: string[]): Promise<Finished>;
}

const tools = ['sh', 'mkdir', 'cat', 'chmod', 'sleep', 'uname'];

/** A PATH with a shell's usual tools and the given programs alone, and a data folder of its own. */
async function inPlace(programs: Record<string, string>, act: (place: Place) => Promise<void>): Promise<void> {
  await inFolder({}, async (root) => {
    const bin = join(root, 'programs');
    mkdirSync(bin);
    for (const tool of tools) symlinkSync(`/bin/${tool}`, join(bin, tool));
    for (const [name, text] of Object.entries(programs)) program(join(bin, name), text);
    const setUp = (...words: string[]) => finish(start(root, bin, ['setup', 'torch', ...words]));
    await act({ root, programs: bin, torch: join(root, 'home/torch'), setUp });
  });
}

/** pip finds nobody at the address that it is told. */
function start(root: string, bin: string, words: string[]) {
  const pip = { PIP_RETRIES: '0', PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: 'http://127.0.0.1:9' };
  const env = { PATH: bin, HOME: root, PIT_HOME: join(root, 'home'), ...pip };
  return spawn(process.execPath, [cli, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

const python = (version: string, more = '') => `
case "$*" in
  *python_version*) echo ${version} ;;
  ${more}
esac`;

const realPython = () =>
  spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();

const unreachable = 'case "$*" in *--torch-backend*) echo "error: Failed to fetch: dns error" >&2; exit 2 ;; esac';
const said = ({ root }: Place) => readFileSync(join(root, 'said'), 'utf8');
const environments = ({ torch }: Place) => readdirSync(torch).filter((name) => name !== 'environment.json');

describe('pit setup torch', () => {
  it('says what it will do, makes the environment with uv, and finds it there the next time', () =>
    inPlace({ uv: uv('true') }, async (place) => {
      const { code, stdout, stderr } = await place.setUp('--yes');
      assert.equal(code, 0, stderr);
      assert.ok(stderr.includes(place.torch));
      assert.match(stderr, /build: CPU, as no NVIDIA GPU is here; about 0\.3 GB to download, 1\.2 GB on the disk/);
      assert.match(stderr, /by: uv 9\.9\.9/);
      assert.match(stdout, /^PyTorch 2\.15\.0\+cpu \(CPU; no GPU that it can use\)/);
      assert.match(said(place), /^uv pip install --python \S+ -r \S+python\/requirements\.txt --torch-backend auto$/m);
      assert.equal(environments(place).length, 1);
      const again = await place.setUp('--yes');
      assert.match(again.stdout, /^The torch engine is set up in .*--again/);
      assert.equal((await place.setUp('--remove')).stdout, `Removed ${place.torch}.\n`);
      assert.ok(!existsSync(place.torch));
    }));

  it('takes the build for the processor, and more requirements, where asked to', () =>
    inPlace({ uv: uv('true') }, async (place) => {
      writeFileSync(join(place.root, 'more.txt'), 'onnx\n');
      assert.equal((await place.setUp('--yes', '--cpu', '--with', join(place.root, 'more.txt'))).code, 0);
      assert.match(said(place), /-r \S+\/more\.txt --torch-backend cpu$/m);
    }));

  it("takes the package index's build where PyTorch's place can't be reached, and says so", () =>
    inPlace({ uv: uv(unreachable) }, async (place) => {
      const { code, stderr } = await place.setUp('--yes');
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^Not reached\. Next: the package index's own build of PyTorch, on Linux with CUDA\.$/m);
      const installs = said(place).match(/^uv pip install .*$/gm)!;
      assert.deepEqual(
        installs.map((line) => line.includes('--torch-backend')),
        [true, false],
      );
    }));

  it('does not go on to another place where the first has refused for another reason', () =>
    inPlace({ uv: uv('echo "error: No solution found for torch" >&2; exit 1') }, async (place) => {
      const { code, stderr } = await place.setUp('--yes');
      assert.equal(code, 1);
      assert.match(stderr, /^The packages could not be installed: error: No solution found for torch\.$/m);
      assert.equal(said(place).match(/^uv pip install/gm)?.length, 1);
      assert.deepEqual(readdirSync(place.torch), []);
    }));

  it('says in a sentence that the disk is full', () =>
    inPlace(
      { uv: uv('echo "error: failed to copy: No space left on device (os error 28)" >&2; exit 2') },
      async (place) => {
        const { code, stderr } = await place.setUp('--yes');
        assert.equal(code, 1);
        assert.match(stderr, /^The packages could not be installed: the disk of \S+ is full\.$/m);
      },
    ));

  it('keeps a finished environment where making it anew fails', () =>
    inPlace({ uv: uv('test ! -e "$HOME/broken"') }, async (place) => {
      assert.equal((await place.setUp('--yes')).code, 0);
      const before = [readFileSync(join(place.torch, 'environment.json'), 'utf8'), environments(place)];
      writeFileSync(join(place.root, 'broken'), '');
      assert.equal((await place.setUp('--yes', '--again')).code, 1);
      assert.deepEqual([readFileSync(join(place.torch, 'environment.json'), 'utf8'), environments(place)], before);
    }));

  it('clears what a killed one has left, and takes nothing of it for an environment', () =>
    inPlace(
      { uv: uv('test -e "$HOME/fast" || { echo $$ > "$HOME/pid"; echo begun; exec sleep 600; }') },
      async (place) => {
        const child = start(place.root, place.programs, ['setup', 'torch', '--yes']);
        await new Promise<void>((begun) => child.stderr!.on('data', (text) => /begun/.test(String(text)) && begun()));
        child.kill('SIGKILL');
        process.kill(Number(readFileSync(join(place.root, 'pid'), 'utf8')));
        assert.equal(environments(place).length, 1);
        const [left] = environments(place);
        assert.match((await finish(start(place.root, place.programs, ['doctor']))).stdout, /Torch +not set up/);
        writeFileSync(join(place.root, 'fast'), '');
        assert.equal((await place.setUp('--yes')).code, 0);
        assert.equal(environments(place).length, 1);
        assert.notEqual(environments(place)[0], left);
      },
    ));

  it('leaves nothing behind where it is stopped', () =>
    inPlace({ uv: uv('echo begun; exec sleep 600') }, async (place) => {
      const child = start(place.root, place.programs, ['setup', 'torch', '--yes']);
      child.stderr!.on('data', (text) => /begun/.test(String(text)) && child.kill('SIGINT'));
      const { code, stderr } = await finish(child);
      assert.equal(code, 130);
      assert.match(stderr, /^Stopped; the same command begins anew\.$/m);
      assert.deepEqual(readdirSync(place.torch), []);
    }));

  it('refuses without uv and Python, with one that is too old, and with one that makes no environments', async () => {
    const sentences: [Record<string, string>, RegExp][] = [
      [{}, /^Python 3\.10 or later, or uv, must be on the PATH, and neither is\.\n$/],
      [{ python3: python('3.8.18') }, /^Python 3\.10 or later, .*: python3 is 3\.8\.18\.\n$/],
      [
        { python3: python('3.11.2', '*ensurepip*) exit 1 ;;') },
        /^Python 3\.11\.2 \(python3\) .*venv is not installed .*\n$/,
      ],
    ];
    for (const [programs, sentence] of sentences)
      await inPlace(programs, async (place) => {
        const { code, stderr } = await place.setUp('--yes');
        assert.deepEqual([code, sentence.test(stderr)], [1, true], stderr);
        assert.ok(!existsSync(place.torch));
      });
  });

  it('says that the machine is offline where pip reaches nothing', () =>
    inPlace({ python3: `exec ${realPython()} "$@"` }, async (place) => {
      const { code, stderr } = await place.setUp('--yes');
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^The environment could not be made: the package index could not be reached; is this machine offline\?$/m,
      );
      assert.deepEqual(readdirSync(place.torch), []);
    }));

  it('asks first, and refuses where nobody is there to be asked', () =>
    inPlace({ uv: uv('true') }, async (place) => {
      const { code, stderr } = await place.setUp();
      assert.equal(code, 1);
      assert.match(stderr, /^Nobody is there to ask: add --yes to set the torch engine up\.$/m);
      assert.ok(!existsSync(place.torch));
    }));
});

describe('pit doctor on the torch engine', () => {
  const asked = (place: Place) => finish(start(place.root, place.programs, ['doctor']));

  it('says that it is not set up, and how to', () =>
    inPlace({}, async (place) => {
      const { stdout } = await asked(place);
      assert.match(stdout, /^ok {4}Torch +not set up; "pit setup torch" does it, for the engine "torch"$/m);
    }));

  it('tells what the environment offers, and what keeps it from training', () =>
    inPlace({ uv: uv('true') }, async (place) => {
      assert.equal((await place.setUp('--yes')).code, 0);
      const { code, stdout } = await asked(place);
      assert.equal(code, 1);
      assert.match(
        stdout,
        /^ok {4}Torch +2\.15\.0\+cpu, transformers 5\.24\.0, peft 0\.21\.2 on Python 3\.12\.1 \(\S+\)$/m,
      );
      assert.match(stdout, /^ok {4}GPUs +no NVIDIA GPU; torch trains on the processor$/m);
      assert.match(stdout, /^ok {4}Ranks +gloo between processors$/m);
      assert.match(stdout, /^fail {2}Steps +\S/m);
    }));

  it('warns of an environment that was made from other versions, and fails where its Python is gone', () =>
    inPlace({ uv: uv('true') }, async (place) => {
      assert.equal((await place.setUp('--yes')).code, 0);
      const file = join(place.torch, 'environment.json');
      const environment = JSON.parse(readFileSync(file, 'utf8')) as { name: string };
      writeFileSync(file, JSON.stringify({ ...environment, requirements: ['torch==1.0'] }));
      assert.match((await asked(place)).stdout, /^warn {2}Torch .*\n +These are other versions than tested/m);
      rmSync(join(place.torch, environment.name, 'bin/python'));
      const { stdout } = await asked(place);
      assert.match(
        stdout,
        /^fail {2}Torch +\S+ can't run the torch learner: .*\n +"pit setup torch --again" makes it anew\.$/m,
      );
    }));
});
